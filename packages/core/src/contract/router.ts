import type { Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';

import type { Rng } from './rng.js';
import type { RoutingStats } from './routing-stats.js';
import type { Routing } from './routing.js';
import type { StepStatistics } from './statistics.js';

/** The sizes and the seed that a layer builds its router from. */
export interface RouterSpec {
  /** D, the width of the tokens. */
  readonly modelWidth: number;
  /** E, the number of real experts. */
  readonly numExperts: number;
  /** Seeds the router's initial weights; the same seed gives the same bytes. */
  readonly seed: number;
}

/** The sequences that the T tokens of a batch form: rows are batch-major, and `batch * length` is T. */
export interface Sequences {
  /** B */
  readonly batch: number;
  /** L, padding included. */
  readonly length: number;
}

/** The circumstances of one step, for the router. */
export interface RouteContext {
  /** Noise, jitter and the training capacity apply only when true. */
  readonly training: boolean;
  /** The only source of randomness a router may use. */
  readonly rng: Rng;
  /**
   * Evaluate without capacity: every (token, expert) pair that was selected is computed, so a causal router's decision
   * for token t depends on token t alone. Ignored by routers that have no capacity.
   */
  readonly dropFree?: boolean;
  /**
   * float32 [T] of 0/1. Tokens with 0 are padding: no routing, no capacity, no part in losses or counts. A layer hands
   * their rows over as 0, whatever they held.
   */
  readonly tokenMask?: Tensor1D;
  /** int32 [T] vocabulary ids, for hash routers. */
  readonly tokenIds?: Tensor1D;
  /** float32 [T,E] logits of the MoE layer before this one, for gating residuals. */
  readonly previousLogits?: Tensor2D;
  /** Which tokens form a sequence; all of them form one where it is absent. */
  readonly sequences?: Sequences;
  /** int32 [T], what each token is by its data (domain, modality): for metrics, and for routers with `reference: true`. */
  readonly labels?: Tensor1D;
}

/** Decides, for each token, which experts compute it and with what weight. */
export interface Router {
  readonly name: string;
  /** E, real experts. */
  readonly numExperts: number;
  /** True when the decision for a token depends on no later token, capacity set aside. */
  readonly causal: boolean;
  /** Real experts per token that this router aims at, or `null` when it does not say: the expected compute. */
  readonly expertsPerToken: number | null;
  /** True for a control of a comparison (an oracle), which alone may read `context.labels`. */
  readonly reference?: boolean;
  /**
   * Decides; changes no state of the router, so that routing the same batch twice gives the same bytes.
   * @param x float32 [T,D]      @returns tensors owned by the caller (in practice: by the surrounding tidy, which also
   *   takes the intermediates, so route needs no tidy of its own)
   * @throws MoekitError when the logits are not finite
   */
  route(x: Tensor2D, context: RouteContext): Routing;
  /** Forward FLOPs (multiply and add counted apart) of routing one token. */
  flopsPerToken(): number;
  /**
   * Called after each optimiser step, for routers with state of their own (bias updates, adaptive lambdas).
   * @param stats of the whole step, its micro-batches together      @param statistics those that the routings handed out
   */
  afterStep?(stats: RoutingStats, statistics: StepStatistics): void;
  /** Called after each micro-batch of a step but the last, with its own numbers; `afterStep` gets those of all. */
  afterMicroBatch?(stats: RoutingStats, statistics: StepStatistics): void;
  /**
   * The variables of a checkpoint, in a fixed order: the weights, and any state that afterStep moves as variables with
   * `trainable: false`, which optimisers leave alone. See `parameter`.
   */
  variables(): readonly Variable[];
  dispose(): void;
}

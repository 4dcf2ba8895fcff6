import type { DispatchPlan } from '@moekit/kernels';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Scalar, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';

import type { Rng } from './rng.js';

/** The sizes and the seed that a layer builds its router from. */
export interface RouterSpec {
  /** D, the width of the tokens. */
  readonly modelWidth: number;
  /** E, the number of real experts. */
  readonly numExperts: number;
  /** Seeds the router's initial weights; the same seed gives the same bytes. */
  readonly seed: number;
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
}

/** One auxiliary loss, which declares how it scales. */
export interface RouterLoss {
  readonly name: string;
  /** float32 scalar, differentiable, before the coefficient. */
  readonly value: Scalar;
  /** The router's own weight for it: the layer's total is `sum coefficient * value`. */
  readonly coefficient: number;
  /** The value at perfectly uniform routing, or `null` where the loss has no such point (a z-loss, say). */
  readonly atBalance: number | null;
}

/** The use of zero-compute slots, for routers that have them. */
export interface ZeroCompute {
  /** float32 [T], probability given to zero-compute slots. */
  readonly mass: Tensor1D;
  /** float32 [T], constant: how many of the token's slots went to zero-compute experts. */
  readonly slots: Tensor1D;
  /**
   * float32 [T], differentiable: weight with which the token's own input is added to the layer's output (copy
   * experts). Absent for null experts, whose output is 0.
   */
  readonly copyWeight?: Tensor1D;
}

/** One decision, read by dispatch, by the losses and by the metrics alike. */
export interface Routing {
  /** float32 [T,E], differentiable, 0 where not dispatched. */
  readonly combineWeights: Tensor2D;
  /** float32 [T,E] of 0/1, constant: what is computed. */
  readonly dispatchMask: Tensor2D;
  /**
   * float32 [T,E] of 0/1, constant: what was wanted before capacity; holds the dispatch mask, and equals it under
   * dropFree. Absent when nothing can be dropped.
   */
  readonly selectionMask?: Tensor2D;
  /**
   * The most pairs the dispatch mask can hold, known without reading it: T*k for top-k, E*C under a capacity. Where
   * nothing is read back (WebGPU) it sizes the experts' rows, T*E when absent. A mask that holds more is an error.
   */
  readonly maxPairs?: number;
  /** C, rows that each expert had room for in this pass; absent without capacity. The cost of padding to it is counted. */
  readonly capacity?: number;
  /** float32 [T,E] scores of the real experts. */
  readonly logits: Tensor2D;
  /**
   * float32 [T,E] the router's probabilities of the real experts: rows sum to 1 less the zero-compute mass. Gates that
   * are no distribution (sigmoid, ReLU) return their normalised scores here; the weights stay as the router likes. A token
   * that no gate opens has uniform probabilities, or a zero-compute mass of 1.
   */
  readonly probs: Tensor2D;
  readonly losses: readonly RouterLoss[];
  readonly zeroCompute?: ZeroCompute;
}

/** A layer's routing in one step, in plain numbers. */
export interface RoutingStats {
  /** Tokens that took part (padding excluded). */
  readonly tokens: number;
  /** [E] rows dispatched to each expert. */
  readonly tokensPerExpert: readonly number[];
  /** (token, expert) pairs selected before capacity. */
  readonly selectedPairs: number;
  /** (token, expert) pairs computed. */
  readonly dispatchedPairs: number;
  /** Pairs that a layer padded to its capacity would compute: E C, or `dispatchedPairs` without capacity. */
  readonly paddedPairs: number;
  /** [E+1] tokens that reached exactly n real experts. */
  readonly tokensByExperts: readonly number[];
  /** Slots taken by zero-compute experts. */
  readonly nullSlots: number;
  /** Tokens that reached no real expert. */
  readonly zeroComputeTokens: number;
  /** Mean entropy of the router's distribution over real experts, in nats. */
  readonly entropy: number;
  /** Mean probability given to zero-compute experts. */
  readonly nullMass: number;
  /** Mean share of the output weight that copies the input (copy experts); 0 without them. */
  readonly dilution: number;
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
  /**
   * Decides; changes no state of the router, so that routing the same batch twice gives the same bytes.
   * @param x float32 [T,D]      @returns tensors owned by the caller (in practice: by the surrounding tidy, which also
   *   takes the intermediates, so route needs no tidy of its own)
   * @throws MoekitError when the logits are not finite
   */
  route(x: Tensor2D, context: RouteContext): Routing;
  /** Forward FLOPs (multiply and add counted apart) of routing one token. */
  flopsPerToken(): number;
  /** Called after each optimiser step, for routers with state of their own (bias updates, adaptive lambdas). */
  afterStep?(stats: RoutingStats): void;
  /**
   * The variables of a checkpoint, in a fixed order: the weights, and any state that afterStep moves as variables with
   * `trainable: false`, which optimisers leave alone. See `parameter`.
   */
  variables(): readonly Variable[];
  dispose(): void;
}

/** The version of this contract; a plug-in names the one it was written for. */
export const ROUTER_API_VERSION = 1;

/** The default export of a router package, and of a file that `--router FILE` loads. */
export interface RouterPlugin<Options = unknown, Input = unknown> {
  readonly name: string;
  readonly apiVersion: typeof ROUTER_API_VERSION;
  /**
   * Any Standard Schema (zod, valibot, arktype): parses unknown input, fills in defaults. Its input type is what editors
   * complete and TypeScript checks where the router is made.
   */
  readonly options: StandardSchemaV1<Input, Options>;
  create(spec: RouterSpec, options: Options): Router;
}

/** The family of a layer's E experts, its weights stored stacked ([E,D,F] ...). */
export interface Experts {
  readonly numExperts: number;
  /** D; where it is given, a layer holds its tokens against it. */
  readonly modelWidth?: number;
  /**
   * Computes each row by the expert the plan gives it.
   * @param x float32 [S,D], rows in plan order      @returns float32 [S,D]
   */
  apply(x: Tensor2D, plan: DispatchPlan): Tensor2D;
  /**
   * `apply(dispatch(x, plan), plan)` for experts that can leave the gathering of rows to their first product; a layer
   * calls it instead where it is there.
   * @param x float32 [T,D], the tokens      @returns float32 [S,D], rows in plan order
   */
  applyToTokens?(x: Tensor2D, plan: DispatchPlan): Tensor2D;
  /** Forward FLOPs of computing one row. */
  flopsPerRow(): number;
  variables(): readonly Variable[];
  dispose(): void;
}

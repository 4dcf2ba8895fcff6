import type { Activation, MoELayer, RouterLoss, Routing, RoutingStats } from '@moekit/core';
import type { Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';

export interface LanguageModelConfig {
  readonly vocabSize: number;
  readonly contextLength: number;
  /** D */
  readonly modelWidth: number;
  readonly numLayers: number;
  readonly numHeads: number;
  /** Width of the dense feed-forward layers. */
  readonly feedForwardWidth: number;
  /** An MoE feed-forward in every n-th layer (layers n, 2n, ... counted from 1). */
  readonly moeEvery: number;
  readonly positions: 'rotary' | 'learned';
  readonly activation: Activation;
  readonly seed: number;
  /** Accept routers that say `causal: false`; their scores then leak later tokens. Default false. */
  readonly allowNonCausal?: boolean;
}

/** Builds the MoE feed-forward of one layer, through core's contract only. */
export type MoEFactory = (spec: {
  /** Index among all layers, from 0. */
  readonly layer: number;
  readonly modelWidth: number;
  readonly seed: number;
}) => MoELayer;

export interface ForwardOptions {
  /** Router noise, jitter and training capacity apply only when true. */
  readonly training: boolean;
  /** Evaluate without capacity (see RouteContext). */
  readonly dropFree?: boolean;
  /** Seeds routers' noise in this pass. */
  readonly seed?: number;
  /** int32 [B*L] of a batch whose tokens are labelled by their data, for metrics and reference routers; see RouteContext. */
  readonly labels?: Tensor1D;
}

export interface ForwardResult {
  /** float32 [B*L, V], rows in batch-major order. */
  readonly logits: Tensor2D;
  /** One entry per MoE layer, in depth order. */
  readonly routings: readonly Routing[];
  readonly losses: readonly RouterLoss[];
}

/** Forward FLOPs, multiply and add counted apart; of a token, or of a batch. */
export interface Flops {
  /** Routers' own decisions. */
  readonly router: number;
  /** Routed experts, for the pairs given, and shared experts; in a dense model the layers in their place. */
  readonly experts: number;
  /** Attention products and projections. */
  readonly attention: number;
  /** The other dense feed-forward layers and the output projection. */
  readonly rest: number;
  readonly total: number;
}

/** The members of a model that training needs, for any kind of model. */
export interface TrainableModel {
  /** Its MoE layers in depth order; empty for a dense model. */
  readonly moeLayers: readonly MoELayer[];
  /**
   * Every variable, in a fixed order; names end in `.weight` (decays), `.bias` or `.gain`. Core's pieces do not name
   * theirs, so those are numbered: `layers.1.moe.experts.0.weight`.
   */
  namedVariables(): ReadonlyMap<string, Variable>;
  parameterCount(): number;
  dispose(): void;
}

/** B sequences as they are read, with the keys and values of all their tokens so far. */
export interface ReadingSession {
  /** P, tokens of each sequence read so far. */
  readonly position: number;
  /**
   * Reads n tokens more of each sequence. MoE layers run without capacity: a step is not a batch.
   * @param tokens [B*n] ids, batch-major      @returns float32 [B,V] logits of the token to come, owned by the caller
   * @throws MODELS_TOKENS beyond the context length, and whatever the routers throw
   */
  read(tokens: Int32Array): Tensor2D;
  dispose(): void;
}

export interface LanguageModel extends TrainableModel {
  readonly config: LanguageModelConfig;
  /**
   * @param tokens int32 [B,L], L <= contextLength, ids below vocabSize
   * @returns tensors owned by the caller: call it inside a tidy or a gradient function
   * @throws MODELS_TOKENS, and whatever the routers throw
   */
  forward(tokens: Tensor2D, options: ForwardOptions): ForwardResult;
  /** Starts to read `batchSize` sequences from their first token. The caller disposes the session. */
  startReading(batchSize: number): ReadingSession;
  /** @param expertsPerToken real experts computed per token in each MoE layer, measured or expected */
  flopsPerToken(expertsPerToken: readonly number[]): Flops;
}

/** The way of the learning rate after its warm-up: see `learningRateAt`. */
export type Schedule = 'cosine' | 'wsd' | 'constant';

export interface TrainOptions {
  readonly steps: number;
  /** Peak, reached after `warmupSteps`. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  /**
   * `cosine` down to the last step, `wsd` (warm-up, stable, decay) at the peak until the last `decaySteps`, or `constant`.
   * Default `cosine`.
   */
  readonly schedule?: Schedule;
  /** Steps of the cool-down at the end of `wsd`. Default a fifth of all. */
  readonly decaySteps?: number;
  /** Share of the peak left at the end of `cosine` and `wsd`. Default 0.1. */
  readonly finalLearningRate?: number;
  readonly weightDecay: number;
  /** Global-norm clipping; 0 turns it off. */
  readonly clipNorm: number;
  /** Seeds the data order and the routers' noise. */
  readonly seed: number;
  /** Evaluate on held-out data every n steps and after the last; 0: only after the last. */
  readonly evaluateEvery?: number;
  /** Batches of one evaluation during training. */
  readonly evaluationBatches?: number;
  /**
   * Parts that a step's batch is cut into and that pass the model one after another; their gradients are averaged by
   * targets, so that one step has the batch of many and the memory of one. Default 1.
   */
  readonly microBatches?: number;
  /**
   * Evaluations in a row without an improvement of the held-out loss, after which the run ends. Default: none end it.
   */
  readonly patience?: number;
  /** Nats by which the held-out loss must fall below its lowest to count as an improvement. Default 0. */
  readonly minImprovement?: number;
}

/** What `EarlyStopping` goes by. */
export interface EarlyStoppingState {
  /** The last evaluation that counted as an improvement; null before the first. */
  readonly best: { readonly step: number; readonly loss: number } | null;
  /** Evaluations since. */
  readonly waited: number;
}

/** The way a run continues from a checkpoint that was written under other settings, or by another run. */
export interface Continuation {
  /**
   * `resume`: the same run, with more steps. `branch`: another run with its weights, optimiser and step. `from`: another
   * run with its weights alone, at step 0.
   */
  readonly kind: 'resume' | 'branch' | 'from';
  /** The step after which this run continues. */
  readonly afterStep: number;
  /** The checkpoint of the other run: as the user named it, its step, the sha256 of its manifest. */
  readonly source?: { readonly path: string; readonly step: number; readonly sha256: string };
  /** The settings that changed, null where there is none. */
  readonly changes: readonly {
    readonly path: string;
    readonly was: unknown;
    readonly is: unknown;
  }[];
  /** Whether the run is, bit for bit, one that had the settings of now from its first step. */
  readonly exact: boolean;
}

/** Named figures of quality; always with `loss`, in nats per target. */
export type Metrics = Readonly<Record<string, number>> & { readonly loss: number };

/** How good a model is on held-out data. */
export interface Evaluation {
  /** With the routers' evaluation capacity, as trained. */
  readonly limited: Metrics;
  /** Without capacity: no decision depends on another token. Equal to `limited` for routers without capacity. */
  readonly dropFree: Metrics;
  readonly targets: number;
  /** Tokens that passed the model. */
  readonly tokens: number;
  /** Forward FLOPs over all batches, from what the limited pass dispatched. */
  readonly flops: Flops;
  /** Summed over the batches of the limited pass, one per MoE layer. */
  readonly layers: readonly RoutingStats[];
  /** Where tokens are labelled by their data: the labels, and [layer][expert][label] pairs that the limited pass dispatched. */
  readonly labels?: {
    readonly names: readonly string[];
    readonly layers: readonly (readonly (readonly number[])[])[];
  };
}

/** Plain numbers only; nothing to dispose. */
export type TrainEvent =
  | {
      readonly type: 'step';
      /** From 1. */
      readonly step: number;
      readonly steps: number;
      /** Task loss in nats per target, router losses apart. */
      readonly loss: number;
      readonly routerLoss: number;
      /** Of the training batch, as the task measures it; `loss` among them. */
      readonly metrics: Metrics;
      readonly learningRate: number;
      readonly gradientNorm: number;
      /** Tokens trained on in this step. */
      readonly tokens: number;
      /** Forward FLOPs of this step's batch, from what was dispatched; the backward pass takes twice as many. */
      readonly flops: Flops;
      /** Wall time of this step. */
      readonly seconds: number;
      readonly layers: readonly RoutingStats[];
    }
  | { readonly type: 'evaluation'; readonly step: number; readonly evaluation: Evaluation }
  | {
      /** Before the first step that a run takes under it. */
      readonly type: 'continuation';
      readonly step: number;
      readonly continuation: Continuation;
    }
  | {
      /** After the evaluation that ended the run before its last step. */
      readonly type: 'early-stop';
      readonly step: number;
      readonly earlyStopping: EarlyStoppingState;
      /** As the run's options say. */
      readonly minImprovement: number;
    };

/** Receives the events of a training run: a log, a live view, an experiment tracker. */
export interface TelemetrySink {
  /** Awaited before the first event. */
  open?(start: TelemetryStart): Promise<void> | void;
  /** Called with each event, in order; training does not wait, and `sync` and `close` throw what a promise rejects with. */
  write(event: TrainEvent): Promise<void> | void;
  /** Awaited before a checkpoint is saved: no log lacks a step that a checkpoint has. */
  sync?(): Promise<void> | void;
  /** Awaited when the run has ended, also where it failed; not called where `open` threw. */
  close?(): Promise<void> | void;
}

/** Where a run starts from. */
export interface TelemetryStart {
  /** The step after which a run is resumed, 0 where it had no checkpoint yet; absent for a new run. */
  readonly afterStep?: number;
}

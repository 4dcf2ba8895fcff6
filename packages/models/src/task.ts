import type { Activation, Rng, RouterLoss, Routing } from '@moekit/core';
import type { LoadProgress } from '@moekit/data';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';

import type { Flops, ForwardOptions, Metrics, MoEFactory, TrainableModel } from './contract.js';

/** One figure that a task reports, and which way is better. */
export interface Metric {
  /** Key in `Metrics`. */
  readonly name: string;
  /** The unit as tables write it: "bits/byte". */
  readonly unit: string;
  readonly better: 'lower' | 'higher';
}

/** One forward pass over a batch. Tensors belong to the caller: it runs inside a tidy or a gradient function. */
export interface TaskPass {
  /** Mean over the batch's targets, in nats; router losses apart. */
  readonly loss: Scalar;
  /** One entry per MoE layer, in depth order. */
  readonly routings: readonly Routing[];
  /** Which tokens of each routing are real (see RouteContext); all where absent. */
  readonly tokenMasks?: readonly (Tensor1D | undefined)[];
  readonly losses: readonly RouterLoss[];
  /** int32 [T] of every routing: which of the task's `labels` each token has; absent where its data has none. */
  readonly labels?: Tensor1D;
  /** float32 [n] sums over the batch, constant (right answers, tokens of a kind, ...); `metrics` makes figures of them. */
  readonly figures?: Tensor1D;
}

/** Sums over batches. */
export interface TaskTotals {
  /** Nats per target. */
  readonly loss: number;
  /** Element-wise sums of `TaskPass.figures`; empty where a pass has none. */
  readonly figures: readonly number[];
}

/**
 * A model, its data and what counts as good: all that training and evaluation know of a task.
 * A batch is plain numbers; nothing in it is disposed.
 */
export interface Task<Batch = unknown> {
  readonly name: string;
  readonly model: TrainableModel;
  /** Names of the tokens' labels (domains, modalities), from label 0. */
  readonly labels?: readonly string[];
  /** The text of a tokenizer.json, for tasks whose model reads text: checkpoints carry it, so that `loadRun` needs no data. */
  readonly tokenizerFile?: string;
  /**
   * The batch of one training step, decided by the step and `rng` alone (use `rng.fork`): a resumed run gets
   * the batches that it would have seen.
   * @param step from 1      @param rng the same stream at every step, never read, only forked
   */
  trainingBatch(step: number, rng: Rng): Batch;
  /** Held-out batches, the same every time; at most `count`. */
  heldOutBatches(count: number): Iterable<Batch>;
  /** How much a batch counts: tokens that pass the model, and targets that its loss is a mean of. */
  sizeOf(batch: Batch): { readonly tokens: number; readonly targets: number };
  /**
   * Cuts a batch into micro-batches of about as many targets each, which together are the batch; a task without it
   * cannot accumulate gradients.
   * @throws MODELS_MICRO_BATCHES when it does not go
   */
  splitBatch?(batch: Batch, parts: number): readonly Batch[];
  pass(batch: Batch, options: ForwardOptions): TaskPass;
  /** Forward FLOPs of a batch. @param pairs real (token, expert) pairs computed in each MoE layer */
  flops(batch: Batch, pairs: readonly number[]): Flops;
  metrics(totals: TaskTotals): Metrics;
  /** Figures that take more than forward passes, such as BLEU of decoded text: asked for once, after training. */
  measure?(options: Pick<ForwardOptions, 'dropFree'>): Promise<Readonly<Record<string, number>>>;
  /** Held-out inputs with what the model said of them and what each token cost; the same inputs every time. */
  examples?(count: number): Promise<readonly TaskExample[]>;
}

/** One input to look at: plain numbers, small enough for a results file. */
export interface TaskExample {
  /** In words, by name: `question`, `answer`, `modelAnswer`. */
  readonly texts: Readonly<Record<string, string>>;
  /** Grey values from 0 to 255, row by row. */
  readonly picture?: {
    readonly width: number;
    readonly height: number;
    readonly pixels: readonly number[];
  };
  /** In sequence order, padding left out. */
  readonly tokens: readonly ExampleToken[];
}

export interface ExampleToken {
  /** The text of the token; its kind where it is not text. */
  readonly text: string;
  /** Where in the picture, in pixels; absent for text. */
  readonly region?: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
  /** Real experts that computed it, one number per MoE layer. */
  readonly experts: readonly number[];
  /** Slots that it had, those of zero-compute experts included, one number per MoE layer. */
  readonly slots: readonly number[];
  /** [layer] which real experts computed it, the highest weight first, as many as are worth showing; absent for pictures. */
  readonly routes?: readonly (readonly number[])[];
}

/** Where an experiment's data came from. */
export interface DataDescription {
  readonly name: string;
  /** Who made it and under what licence; shown wherever results are. */
  readonly attribution: string;
  /** sha256 (hex) over all that training and evaluation see. */
  readonly hash: string;
  /** Anything else worth showing: sizes, tokenizer. */
  readonly details: Readonly<Record<string, string | number>>;
}

export interface TaskData {
  readonly description: DataDescription;
  /** Of the task's metrics those that this data has; all where absent. Rows are compared by the first. */
  readonly metrics?: readonly [Metric, ...Metric[]];
  /** Loss of a simple model on the same split, which every row must beat; absent where none is known. May be a getter: only a comparison reads it, and once. */
  readonly reference?: { readonly name: string; readonly metrics: Metrics };
}

/** Settings that decide a model, in addition to the task's own options. */
export interface TaskBuild {
  /** Every weight outside the MoE layers starts from it alone: the same bytes under every router. */
  readonly seed: number;
  readonly batchSize: number;
  /** Builds the MoE layers; the model is dense without it. */
  readonly moe?: MoEFactory;
}

/** N and d_e of each MoE layer. */
export interface MoESizes {
  readonly numExperts: number;
  readonly expertWidth: number;
}

/** A lower bound of the weights, known before any is made. */
export interface LeastWeights {
  readonly tensors: number;
  /** Of all tensors together. */
  readonly elements: number;
}

/**
 * A kind of task as experiments name it. Options are data, validated before anything is read; one that a user writes
 * works wherever those of moekit do.
 */
export interface TaskPlugin<Options = unknown, Data extends TaskData = TaskData> {
  readonly name: string;
  /** For lists: the subject, and the data. */
  readonly about?: { readonly summary: string; readonly data: string };
  /** Data and model of an experiment. */
  readonly options: StandardSchemaV1<unknown, Options>;
  /** The metrics that it reports; rows are compared by the first. */
  readonly metrics: readonly [Metric, ...Metric[]];
  /** Reads the data. @param onProgress called during slow parts      @throws coded errors for all that can be wrong with it */
  load(options: Options, onProgress?: (progress: LoadProgress) => void): Promise<Data>;
  /** The dense feed-forward layer that an MoE layer takes the place of. */
  layer(options: Options): {
    readonly modelWidth: number;
    readonly feedForwardWidth: number;
    readonly activation: Activation;
  };
  /**
   * A lower bound of its weights, from formulas: a checkpoint that holds less is of another model, and sizes that are
   * absurd are refused before anything is built. @param experts absent for a dense model
   */
  leastWeights?(options: Options, experts?: MoESizes): LeastWeights;
  /** The caller disposes `task.model`. */
  create(options: Options, data: Data, build: TaskBuild): Task;
}

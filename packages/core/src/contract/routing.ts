import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

import type { RouterStatistic } from './statistics.js';

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
  /**
   * float32 [T,D], differentiable: what learned constants give each token, already weighted, added to the layer's output
   * (constant experts). 0 for tokens that took no such slot.
   */
  readonly constant?: Tensor2D;
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
   * float32 [T,E] the router's probabilities of the real experts: rows sum to 1 minus the zero-compute mass. Gates that
   * are not a distribution (sigmoid, ReLU) return their normalised scores here; the weights stay as the router likes. A token
   * that no gate opens has uniform probabilities, or a zero-compute mass of 1.
   */
  readonly probs: Tensor2D;
  readonly losses: readonly RouterLoss[];
  /** By name: what `afterStep` gets back as numbers. Only passes in training need it. */
  readonly statistics?: Readonly<Record<string, RouterStatistic>>;
  readonly zeroCompute?: ZeroCompute;
}

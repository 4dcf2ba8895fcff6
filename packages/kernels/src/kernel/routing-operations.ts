import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

import type { InputName } from './kernel-map.js';

/** The figures and losses of a routing, each in one operation; `undefined` where a backend has none. */
export interface RoutingOperations {
  /** The load-balancing loss of @moekit/core. Gradient: through probs. */
  balanceLoss(
    probs: Tensor2D,
    fractions: Tensor1D,
    options: { readonly scale: number; readonly tokenMask?: Tensor1D | undefined },
  ): Scalar | undefined;
  /** The z-loss of @moekit/core. Gradient: through logits. */
  zLoss(logits: Tensor2D, tokenMask?: Tensor1D): Scalar | undefined;
  /** @returns float32 [2 E + 9], outside the tape, owned by the caller */
  stats(tensors: RoutingTensors, capacity: number | undefined): Tensor1D | undefined;
}

/** The tensors of a routing that its statistics are made of. */
export type RoutingTensors = {
  readonly [Name in InputName<'MoeRoutingStats'>]?: Tensor | undefined;
} & { readonly mask: Tensor2D; readonly probs: Tensor2D };

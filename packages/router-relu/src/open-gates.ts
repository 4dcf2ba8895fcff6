import { assertFinite, maskTokens, select, selectTopK } from '@moekit/core';
import { distributionOf, scoresOf } from '@moekit/core/pieces';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { mul, step } from '@tensorflow/tfjs-core';

export interface OpenGates {
  /** float32 [T,E] of 0/1, a constant: the gates above 0. */
  readonly open: Tensor2D;
  /** float32 [T,E] relu(z), 0 for padding. */
  readonly heights: Tensor2D;
  /** float32 [T,E] heights / sum of heights; 1/E for a token that no gate opens. */
  readonly shares: Tensor2D;
}

export interface OpenGatesRule {
  /** The most gates that stay open for a token, its highest ones; absent: all that are above 0. */
  readonly maxExperts?: number | undefined;
  readonly tokenMask?: Tensor1D | undefined;
}

/**
 * The gates that a ReLU opens: which and how many is up to each token, and none is possible.
 * Formula:  r_te = relu(z_te);  expert e computes token t exactly where r_te > 0   (ReMoE, 2412.14711 section 3)
 * @param logits float32 [T,E]
 * @throws MOE_NON_FINITE, KERNELS_NON_FINITE      Gradient: through the open gates; which are open is a constant.
 */
export function openGates(logits: Tensor2D, { maxExperts, tokenMask }: OpenGatesRule): OpenGates {
  assertFinite(logits);
  const open = select(logits, (z) => maskTokens(above(z, maxExperts), tokenMask)); // [T,E]
  const heights: Tensor2D = mul(scoresOf(logits, 'relu'), open);
  return { open, heights, shares: distributionOf(heights) };
}

function above(z: Tensor2D, maxExperts: number = z.shape[1]): Tensor2D {
  const positive: Tensor2D = step(z);
  return maxExperts < z.shape[1] ? mul(positive, selectTopK(z, maxExperts)) : positive;
}

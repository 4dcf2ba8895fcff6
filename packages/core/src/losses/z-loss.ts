import { fusedRouting } from '@moekit/kernels';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { logSumExp, square, sum, tidy } from '@tensorflow/tfjs-core';

import { assertRows, assertTensor } from '../arguments/assert-arguments.js';
import { assertTokenMask, clearPadding, tokenMean } from '../routing/token-mask.js';

/**
 * Keeps router logits small.
 * Formula:  L_z = mean_t (log sum_e exp z_te)^2   (ST-MoE, 2202.08906 eq. 5)
 * @param logits float32 [T,E]      @returns float32 scalar; no value at balance (it depends on the logits' level)
 *   Gradient: through logits.
 */
export function zLoss(logits: Tensor2D, tokenMask?: Tensor1D): Scalar {
  assertRows('logits of zLoss', logits);
  if (tokenMask) assertTokenMask(tokenMask, logits.shape[0]);
  if (logits.shape[0] === 0) return sum(tokenMean<Tensor1D>(logits, tokenMask)) as Scalar;
  return (
    fusedRouting.zLoss(logits, tokenMask) ??
    tidy(() => zLossOf(logSumExp(clearPadding(logits, tokenMask), 1), tokenMask))
  );
}

/** The same from log-partition values float32 [T] that were computed elsewhere (expanded logits, say). */
export function zLossOf(logPartition: Tensor1D, tokenMask?: Tensor1D): Scalar {
  assertTensor('logPartition of zLossOf', logPartition, [logPartition?.shape?.[0] ?? 'T']);
  return tidy(() => tokenMean<Scalar>(square(clearPadding(logPartition, tokenMask)), tokenMask));
}

import { fusedKernel } from '@moekit/kernels';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { logSumExp, square, tidy } from '@tensorflow/tfjs-core';

import { tokenMean } from '../token-mask.js';
import { lossWithSlope, present } from './loss-with-slope.js';

/**
 * Keeps router logits small.
 * Formula:  L_z = mean_t (log sum_e exp z_te)^2   (ST-MoE, 2202.08906 eq. 5)
 * @param logits float32 [T,E]      @returns float32 scalar; no value at balance (it depends on the logits' level)
 *   Gradient: through logits.
 */
export function zLoss(logits: Tensor2D, tokenMask?: Tensor1D): Scalar {
  const fused = fusedKernel('MoeZLoss');
  if (!fused) return tidy(() => zLossOf(logSumExp(logits, 1), tokenMask));
  return lossWithSlope(logits, (z) => fused({ logits: z, ...present(tokenMask) }));
}

/** The same from log-partition values float32 [T] that were computed elsewhere (expanded logits, say). */
export function zLossOf(logPartition: Tensor1D, tokenMask?: Tensor1D): Scalar {
  return tidy(() => tokenMean<Scalar>(square(logPartition), tokenMask));
}

import { fusedRouting } from '@moekit/kernels';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { div, maximum, mul, sum, tidy } from '@tensorflow/tfjs-core';

import {
  assertMembers,
  assertNumber,
  assertRows,
  assertTensor,
  assertWord,
} from '../arguments/assert-arguments.js';
import { assertTokenMask, tokenMean } from '../routing/token-mask.js';

/**
 * The share of tokens, or of assignments, that each expert was chosen for.
 * Formula:  f_e = count_e / T  (`token`; Switch, XMoE, GShard: pass first choices only), or count_e / sum count
 *           (`assignment`; Megatron, Qiu 2025)
 * @param mask float32 [T,E] of 0/1, a constant; padding rows 0      @returns float32 [E], a constant
 */
export function assignmentFractions(
  mask: Tensor2D,
  per: 'token' | 'assignment' = 'token',
  tokenMask?: Tensor1D,
): Tensor1D {
  assertRows('mask of assignmentFractions', mask);
  assertWord('per of assignmentFractions', per, ['token', 'assignment']);
  if (mask.shape[0] === 0 || per === 'token') return tokenMean(mask, tokenMask);
  return tidy(() => {
    const counts = sum(mask, 0); // [E]
    return div(counts, maximum(sum(counts), 1)) as Tensor1D;
  });
}

/**
 * Pulls probability away from the experts that are chosen most.
 * Formula:  L = scale * sum_e f_e P_e,  P_e = mean_t p_te
 *   scale = E    Switch (2101.03961 eq. 4), XMoE: 1 at balance with top-1 fractions
 *   scale = 1/E  GShard (2006.16668);   scale = E^2 as a mean over E, i.e. E: Mesh TensorFlow
 * @param probs float32 [T,E]      @param fractions float32 [E], constant (see assignmentFractions)
 * @returns float32 scalar, `scale / E * sum f` at uniform probabilities      Gradient: through probs only.
 */
export function loadBalancingLoss(
  probs: Tensor2D,
  fractions: Tensor1D,
  options: { scale?: number; tokenMask?: Tensor1D | undefined } = {},
): Scalar {
  assertRows('probs of loadBalancingLoss', probs);
  assertMembers('loadBalancingLoss', options, ['scale', 'tokenMask']);
  const { scale = probs.shape[1], tokenMask } = options;
  assertTensor('fractions of loadBalancingLoss', fractions, [probs.shape[1]]);
  assertNumber('scale of loadBalancingLoss', scale);
  if (tokenMask) assertTokenMask(tokenMask, probs.shape[0]);
  const fused =
    probs.shape[0] > 0
      ? fusedRouting.balanceLoss(probs, fractions, { scale, tokenMask })
      : undefined;
  return (
    fused ?? tidy(() => mul(sum(mul(fractions, tokenMean<Tensor1D>(probs, tokenMask))), scale))
  );
}

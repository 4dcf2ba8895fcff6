import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, log, mul, neg, sum, tidy } from '@tensorflow/tfjs-core';

import { assertNumber, assertRows } from '../arguments/assert-arguments.js';
import type { RouterLoss } from '../contract/routing.js';
import { tokenMean } from '../routing/token-mask.js';

/** Below it a probability counts as this in the logarithm; a sum of float32 probabilities does not see it. */
const TRACE = 1e-9;

/**
 * The entropy of each token's distribution as a loss, with its coefficient; none where the coefficient is 0. It sharpens
 * a router that would else spread its probability to be given more experts (2403.07652 eq. 8).
 * Formula:  L = mean_t -sum_e p_te log p_te, in nats: log E where p is uniform
 * @param probs float32 [T,E], rows sum to 1      @throws MOE_OPTIONS, MOE_SHAPE      Gradient: through probs.
 */
export function entropyLosses(
  probs: Tensor2D,
  coefficient: number,
  tokenMask?: Tensor1D,
): RouterLoss[] {
  assertRows('probs of entropyLosses', probs);
  assertNumber('coefficient of entropyLosses', coefficient, { min: 0 });
  if (coefficient === 0) return [];
  const value = tidy(() =>
    neg(tokenMean<Scalar>(sum<Tensor1D>(mul(probs, log(add(probs, TRACE))), 1), tokenMask)),
  ) as Scalar;
  return [{ name: 'entropy', value, coefficient, atBalance: null }];
}

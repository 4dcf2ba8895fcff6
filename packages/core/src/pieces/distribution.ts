import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add } from '@tensorflow/tfjs-core';

import { assertTensor } from '../arguments/assert-arguments.js';
import { rowShares } from './row-shares.js';

/** Far below any score that counts; its square is still a number in float32. */
const TRACE = 1e-12;

/**
 * Scores as the distribution that a routing reports: losses and figures read it, weights need not.
 * Formula:  p_te = s_te / sum_j s_tj,  1/E for a token that no gate opens
 * @param scores float32 [T,E], at least 0      @returns float32 [T,E], rows sum to 1      Gradient: through scores.
 */
export function distributionOf(scores: Tensor2D): Tensor2D {
  assertTensor('scores of distributionOf', scores, ['T', 'E']);
  return rowShares(add(scores, TRACE), 0);
}

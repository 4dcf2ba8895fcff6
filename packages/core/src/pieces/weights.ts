import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul } from '@tensorflow/tfjs-core';

import { assertNumber, assertTensor } from '../arguments/assert-arguments.js';
import { rowShares } from './row-shares.js';

/** The models add 1e-20 to the sum; this is below what float32 can tell from it, and its square is still a number. */
const LEAST_SUM = 1e-16;

/**
 * Scores divided by their sum over the selected experts.
 * Formula:  w_te = m_te s_te / sum_j m_tj s_tj   (DeepSeek-V3, 2412.19437 eq. 13); 0 for a token without an expert
 * For softmax scores `selectedSoftmax` says the same from logits.
 * @param scores float32 [T,E], at least 0      @param selected float32 [T,E] of 0/1, a constant
 * @returns float32 [T,E], 0 where not selected      Gradient: through scores.
 */
export function normalisedWeights(scores: Tensor2D, selected: Tensor2D): Tensor2D {
  assertTensor('scores of normalisedWeights', scores, ['T', 'E']);
  assertTensor('selected of normalisedWeights', selected, scores.shape);
  return rowShares(mul(scores, selected), LEAST_SUM);
}

/** Weights times a constant, the routed scaling factor of DeepSeek's models; 1 gives the weights themselves. */
export function scaledWeights(weights: Tensor2D, factor: number): Tensor2D {
  assertTensor('weights of scaledWeights', weights, ['T', 'E']);
  assertNumber('factor of scaledWeights', factor, { min: 0, above: true });
  return factor === 1 ? weights : mul(weights, factor);
}

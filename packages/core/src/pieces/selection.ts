import { selectThreshold, selectTopK } from '@moekit/kernels';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { cast, greater } from '@tensorflow/tfjs-core';

import { assertTensor } from '../arguments/assert-arguments.js';
import { select } from '../routing/select.js';

/**
 * The k highest experts of every token, padding included.
 * @param scores float32 [T,E]      @returns float32 [T,E] of 0/1, a constant; ties go to the lower expert index
 * @throws KERNELS_VALUE unless 1 <= k <= E, KERNELS_NON_FINITE when a score is NaN or infinite
 */
export function topExperts(scores: Tensor2D, k: number): Tensor2D {
  return select(scores, (detached) => selectTopK(detached, k));
}

/**
 * A token's likeliest experts up to the first with which their probability reaches `mass`.
 * Formula:  S_t the fewest experts with sum over S_t of softmax(z_t)_e >= mass   (2403.18926, 2403.07652 eq. 5)
 * @param logits float32 [T,E]      @param mass from 0 (the first alone) to 1 (all)
 * @returns float32 [T,E] of 0/1, a constant      @throws KERNELS_VALUE, KERNELS_NON_FINITE
 */
export function prefixMass(logits: Tensor2D, mass: number): Tensor2D {
  return select(logits, (detached) => selectThreshold(detached, mass));
}

/**
 * Every expert whose score is above its own cut.
 * Formula:  m_te = 1 where s_te > c_e   (expert threshold, 2603.11535; ReMoE with c = 0)
 * @param scores float32 [T,E]      @param cuts float32 [E]      @returns float32 [T,E] of 0/1, a constant
 */
export function aboveCuts(scores: Tensor2D, cuts: Tensor1D): Tensor2D {
  assertTensor('scores of aboveCuts', scores, ['T', 'E']);
  assertTensor('cuts of aboveCuts', cuts, [scores.shape[1]]);
  return select(scores, (detached) => cast(greater(detached, cuts), 'float32'));
}

import { select, selectTopK } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * The k highest experts of every token, padding included.
 * @param scores float32 [T,E]      @returns float32 [T,E] of 0/1, a constant; ties go to the lower expert index
 * @throws KERNELS_NON_FINITE when a score is NaN or infinite
 */
export function topExperts(scores: Tensor2D, k: number): Tensor2D {
  return select(scores, (detached) => selectTopK(detached, k));
}

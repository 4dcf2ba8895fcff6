import { selectThreshold, selectTopK } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, sub } from '@tensorflow/tfjs-core';

/** Near the end of float32: the share of its negative in a softmax is 0 next to any other logit. */
const LOWEST = 3e38;

/**
 * The threshold's choice among the k likeliest experts of each token.
 * Formula:  the fewest of the top k, likeliest first, whose probabilities sum to at least t sum_{top k} p
 * @param logits float32 [T,E], detached      @param threshold t; at 1 the top k themselves, whatever their shares round to
 * @returns float32 [T,E] of 0/1, at least one per token      Gradient: none.
 */
export function selectWithin(logits: Tensor2D, k: number, threshold: number): Tensor2D {
  const top = selectTopK(logits, k); // [T,E]
  if (threshold === 1) return top;
  const shares: Tensor2D = add(mul(logits, top), mul(sub(top, 1), LOWEST)); // of the top k alone, as logits
  return mul(selectThreshold(shares, threshold), top);
}

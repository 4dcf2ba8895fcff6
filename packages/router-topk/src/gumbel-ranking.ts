import type { Rng } from '@moekit/core';
import { gumbelArray, stopGradient } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, sub, tensor2d } from '@tensorflow/tfjs-core';

/** Above every noised logit, and finite in float32. */
const FIRST = 1e38;

/**
 * Scores whose k highest are the first choice and k - 1 experts drawn without replacement with the logits' odds.
 * Formula:  r_te = z_te + g_te, g = -log(-log u), u ~ U(0,1); the first choice stays ahead of all
 * @param logits float32 [T,E]      @param first float32 [T,E] of 0/1, each row's argmax before the noise
 * @returns float32 [T,E], a constant
 */
export function gumbelRanking(logits: Tensor2D, first: Tensor2D, rng: Rng): Tensor2D {
  const noise = tensor2d(gumbelArray(rng, logits.size), logits.shape);
  const noised = add(stopGradient(logits), noise);
  return add(mul(noised, sub(1, first)), mul(first, FIRST));
}

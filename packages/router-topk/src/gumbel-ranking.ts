import type { Rng } from '@moekit/core';
import { stopGradient } from '@moekit/core';
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
  const noised = add(stopGradient(logits), gumbelNoise(rng, logits.shape));
  return add(mul(noised, sub(1, first)), mul(first, FIRST));
}

/** Draws from the standard Gumbel distribution, all finite. */
export function gumbelNoise(rng: Rng, [tokens, experts]: [number, number]): Tensor2D {
  const values = new Float32Array(tokens * experts);
  for (let i = 0; i < values.length; i++) {
    values[i] = -Math.log(-Math.log(Math.max(rng.uniform(), Number.MIN_VALUE)));
  }
  return tensor2d(values, [tokens, experts]);
}

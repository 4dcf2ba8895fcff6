import type { Rng } from '@moekit/core';
import { select, selectTopK, uniformArray } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { cumsum, max, mul, step, sub, tensor2d } from '@tensorflow/tfjs-core';

/** Numbers in [0, 1) that float32 holds to the last bit, with one to spare: no product with a sum rounds up to the sum. */
const STEPS = 2 ** 23;

/**
 * One expert of each token, drawn with the odds of its shares.
 * Formula:  the first e with sum_{j <= e} share_tj > u_t sum_j share_tj,  u_t ~ U(0,1)
 * @returns float32 [T,E] of 0/1, a constant
 */
export function drawExpert(shares: Tensor2D, rng: Rng): Tensor2D {
  const draws = uniformArray(rng, shares.shape[0], 0, STEPS).map((u) => Math.floor(u) / STEPS);
  return select(shares, (p) => {
    const reached: Tensor2D = cumsum(p, 1); // [T,E], up to rounding 1 at the end
    const wanted = mul(max(reached, 1, true), tensor2d(draws, [draws.length, 1])); // [T,1]
    return selectTopK(step(sub(reached, wanted)), 1); // the first 1 of a row
  });
}

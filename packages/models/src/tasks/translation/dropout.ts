import type { Rng } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, tensor2d } from '@tensorflow/tfjs-core';

/** Sets elements to 0 at random and scales the rest, so that the mean stays (Srivastava 2014). */
export type Dropout = (x: Tensor2D) => Tensor2D;

/**
 * Dropout whose masks depend on the stream alone: the n-th call of a pass drops the same elements every time.
 * Masks come from xorshift32 (Marsaglia 2003): a tenth of the time of a good generator, and good enough for this.
 * @param rate share of elements set to 0; at 0 it returns its input
 *   Gradient: through x, by the same mask.
 */
export function createDropout(rate: number, rng: Rng): Dropout {
  if (rate === 0) return (x) => x;
  let state = rng.integer(2 ** 31) | 1;
  return (x) => {
    const [mask, next] = drawMask(x.size, rate, state);
    state = next;
    return mul(x, tensor2d(mask, x.shape));
  };
}

function drawMask(size: number, rate: number, state: number): [Float32Array, number] {
  const mask = new Float32Array(size);
  const [scale, threshold] = [1 / (1 - rate), rate * 2 ** 32];
  for (let i = 0; i < size; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    mask[i] = state >>> 0 < threshold ? 0 : scale;
  }
  return [mask, state];
}

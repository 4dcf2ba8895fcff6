import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tensor2d } from '@tensorflow/tfjs-core';

/** Added to the scores of keys that may not be seen: exp of it is 0, and unlike -Infinity it never makes a NaN. */
export const MASKED = -1e9;

/** float32 [L,L]: 0 where the key is not later than the query, else MASKED. */
export function causalMask(length: number): Tensor2D {
  const values = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    values.fill(MASKED, query * length + query + 1, (query + 1) * length);
  }
  return tensor2d(values, [length, length]);
}

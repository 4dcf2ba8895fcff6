import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';

import { generator } from '../oracle.js';

/** Numbers from N(0, 1) (Box and Muller). */
export function normals(size: number, seed: number): Float32Array {
  const next = generator(seed);
  return Float32Array.from(
    { length: size },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

/** The same as a tensor. */
export function normal<R extends Rank>(shape: ShapeMap[R], seed: number): Tensor<R> {
  const size = (shape as number[]).reduce((product, n) => product * n, 1);
  return tensor<R>(normals(size, seed), shape);
}

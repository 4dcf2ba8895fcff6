import type { Rng } from '@moekit/core';
import { normalArray } from '@moekit/core';
import type { Rank, ShapeMap, Variable } from '@tensorflow/tfjs-core';
import { ones, tensor, tidy, variable } from '@tensorflow/tfjs-core';

/** A weight drawn from N(0, std^2), from a stream of its own: no other weight's draw moves it. */
export function drawWeight<R extends Rank>(
  rng: Rng,
  label: string,
  shape: ShapeMap[R],
  std: number,
): Variable<R> {
  const size = (shape as number[]).reduce((product, n) => product * n, 1);
  return tidy(() => variable(tensor<R>(normalArray(rng.fork(label), size, std), shape)));
}

/** A gain of ones: [width]. */
export function unitGain(width: number): Variable<Rank.R1> {
  return tidy(() => variable(ones<Rank.R1>([width])));
}

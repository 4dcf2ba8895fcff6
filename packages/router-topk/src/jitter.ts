import type { RouteContext } from '@moekit/core';
import { uniformArray } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, tensor2d } from '@tensorflow/tfjs-core';

/**
 * Multiplicative noise on what the gate sees (2101.03961 section 2.4); the experts see the tokens as they are.
 * Formula:  x' = x * U(1 - eps, 1 + eps), each element for itself, in training only
 * @param x float32 [T,D]      @returns float32 [T,D], `x` itself where there is no noise      Gradient: through x.
 */
export function jitter(x: Tensor2D, amount: number, { training, rng }: RouteContext): Tensor2D {
  if (!training || amount === 0) return x;
  const factors = uniformArray(rng.fork('jitter'), x.size, 1 - amount, 1 + amount);
  return mul(x, tensor2d(factors, x.shape));
}

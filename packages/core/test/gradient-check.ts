import type { Rank, Scalar, Tensor } from '@tensorflow/tfjs-core';
import { grad, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/**
 * Compares the gradient of a scalar function with central differences at every coordinate.
 * Tolerance: 1e-3 of the largest entry plus 2e-3, for float32 objectives of order 1 and steps of 1e-2.
 */
export function expectGradient(
  f: (x: Tensor) => Scalar,
  values: readonly number[],
  shape: number[],
): Float32Array {
  const step = 1e-2;
  const gradient = tidy(() =>
    grad(f)(tensor([...values], shape))
      .dataSync<'float32'>()
      .slice(),
  );
  const at = (i: number, by: number) =>
    tidy(() => {
      const there = values.map((v, j) => (j === i ? v + by : v));
      return f(tensor<Rank>(there, shape)).dataSync<'float32'>()[0]! as never;
    }) as number;
  const largest = Math.max(...gradient.map(Math.abs));
  values.forEach((_, i) => {
    const difference = (at(i, step) - at(i, -step)) / (2 * step);
    expect(Math.abs(gradient[i]! - difference), `coordinate ${i}`).toBeLessThan(
      1e-3 * largest + 2e-3,
    );
  });
  return gradient;
}

/** Values of a tensor as plain numbers. */
export function numbers(x: Tensor): number[] {
  return Array.from(x.dataSync<'float32'>());
}

/** Equal within a tolerance, element by element, with the place in the message. */
export function expectClose(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance = 1e-5,
): void {
  expect(got.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const allowed = tolerance * Math.max(1, Math.abs(wanted[i]!));
    const distance = Math.abs(got[i]! - wanted[i]!);
    expect(distance <= allowed, `[${i}]: ${got[i]} instead of ${wanted[i]}`).toBe(true);
  }
}

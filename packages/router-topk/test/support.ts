import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import type { Rng, RouteContext, RouterPlugin } from '@moekit/core';
import { createRng } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect } from 'vitest';

export type Matrix = readonly (readonly number[])[];

/** Registers the tests once for each backend that every machine has. */
export function describeOnBackends(name: string, tests: () => void): void {
  describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])(
    `${name} on %s`,
    (backend) => {
      beforeAll(() => useBackend(backend));
      tests();
    },
  );
}

/** The options of a router, each at its default. */
export function defaultsOf<Options>(plugin: Pick<RouterPlugin<Options>, 'options'>): Options {
  return (plugin.options['~standard'].validate({}) as unknown as { value: Options }).value;
}

export const matrix = (rows: Matrix): Tensor2D => tensor2d(rows.map((row) => [...row]));

export const evaluation = (rest: Partial<RouteContext> = {}): RouteContext => ({
  training: false,
  rng: createRng(7),
  ...rest,
});

export const training = (rest: Partial<RouteContext> = {}): RouteContext =>
  evaluation({ training: true, ...rest });

export const padding = (...mask: number[]) => tensor1d(mask, 'float32');

/** A source that gives these numbers, in order, whatever it is asked for. */
export function scripted(draws: readonly number[]): Rng {
  let next = 0;
  const draw = () => draws[next++]!;
  const rng: Rng = { uniform: draw, normal: draw, integer: draw, fork: () => rng };
  return rng;
}

/** Random logits with the spread of an untrained to half-trained router. */
export function randomLogits(tokens: number, experts: number, seed: number): number[][] {
  const rng = createRng(seed).fork('logits');
  return Array.from({ length: tokens }, () =>
    Array.from({ length: experts }, () => Math.fround(1.5 * rng.normal())),
  );
}

/** float32 against float64: 1e-5 of the value, or 1e-7 near 0, unless said otherwise. */
export function expectClose(
  actual: Tensor | ArrayLike<number>,
  expected: ArrayLike<number> | Matrix,
  { relative = 1e-5, absolute = 1e-7 } = {},
): void {
  const got = Array.from('dataSync' in actual ? (actual as Tensor).dataSync() : actual);
  const want = Array.from(expected as ArrayLike<number | readonly number[]>).flat() as number[];
  expect(got.length).toBe(want.length);
  const misses = want
    .map((value, i) => ({ i, value, got: got[i]! }))
    .filter(({ value, got: g }) => !(Math.abs(g - value) <= absolute + relative * Math.abs(value)));
  expect(misses).toEqual([]);
}

/** Goldens are rounded to 10 decimals. */
export const float64 = { relative: 1e-9, absolute: 1e-10 };

/** Central differences of a float64 function of logits. */
export function numericGradient(f: (logits: number[][]) => number, at: Matrix): number[][] {
  const step = 1e-5;
  const moved = (t: number, e: number, by: number) =>
    f(at.map((row, i) => row.map((z, j) => (i === t && j === e ? z + by : z))));
  return at.map((row, t) =>
    row.map((_, e) => (moved(t, e, step) - moved(t, e, -step)) / (2 * step)),
  );
}

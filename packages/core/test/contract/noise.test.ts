import type { Rng } from '@moekit/core';
import { createRng, normalNoise, uniformNoise } from '@moekit/core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';

const SIZE = 400_000;
const numbers = (tensor: { dataSync(): ArrayLike<number>; dispose(): void }) => {
  const values = Array.from(tensor.dataSync());
  tensor.dispose();
  return values;
};
const mean = (values: number[], f: (x: number) => number) =>
  values.reduce((sum, x) => sum + f(x), 0) / values.length;
const share = (values: number[], f: (x: number) => boolean) => mean(values, (x) => +f(x));

onEachBackend('noise', () => {
  it('has a shape, and the same numbers for the same seed alone', () => {
    const drawn = (seed: number) => normalNoise(createRng(seed), [3, 5]);
    expect(drawn(1).shape).toEqual([3, 5]);
    expect(numbers(drawn(1))).toEqual(numbers(drawn(1)));
    expect(numbers(drawn(1))).not.toEqual(numbers(drawn(2)));
    expect(numbers(uniformNoise(createRng(1), [0, 4]))).toEqual([]);
  });

  it('uniform numbers fill their range evenly, each for itself', () => {
    const values = numbers(uniformNoise(createRng(3), [SIZE], 2, 6));
    expect(Math.min(...values.slice(0, 1e5))).toBeGreaterThanOrEqual(2);
    expect(Math.max(...values.slice(0, 1e5))).toBeLessThan(6);
    // 4 standard errors of a share of 1/16, of a mean and of a correlation
    const tolerance = 4 * Math.sqrt(((1 / 16) * (15 / 16)) / SIZE);
    for (let part = 0; part < 16; part++) {
      const within = share(values, (x) => Math.floor((x - 2) * 4) === part);
      expect(Math.abs(within - 1 / 16)).toBeLessThan(tolerance);
    }
    const centred = values.map((x) => (x - 4) / Math.sqrt(16 / 12));
    const pairs = centred.map((x, i) => x * (centred[i + 1] ?? 0));
    expect(Math.abs(mean(pairs, (x) => x))).toBeLessThan(4 / Math.sqrt(SIZE));
  });

  it('normal numbers have the moments and the tails of N(0, std^2)', () => {
    const values = numbers(normalNoise(createRng(5), [SIZE], 3)).map((x) => x / 3);
    const near = (value: number, wanted: number, variance: number) =>
      expect(Math.abs(value - wanted)).toBeLessThan(4 * Math.sqrt(variance / SIZE));
    near(mean(values, (x) => x), 0, 1); // prettier-ignore
    near(mean(values, (x) => x ** 2), 1, 2); // prettier-ignore
    near(mean(values, (x) => x ** 3), 0, 15); // prettier-ignore
    near(mean(values, (x) => x ** 4), 3, 96); // prettier-ignore
    // P(|x| > c); 3.654 is where the lowest layer of the ziggurat ends
    for (const [cut, beyond] of [
      [0.25, 0.802587],
      [1, 0.317311],
      [2, 0.0455],
      [3, 0.0026998],
      [3.654, 0.00025817],
      [4, 0.000063342],
    ] as const) {
      near(share(values, (x) => Math.abs(x) > cut), beyond, beyond); // prettier-ignore
    }
  });
});

it("a source of one's own gives its own numbers", () => {
  let at = 0;
  const rng: Rng = { uniform: () => 0.25, normal: () => at++, integer: () => 0, fork: () => rng };
  expect(numbers(normalNoise(rng, [3], 2))).toEqual([0, 2, 4]);
  expect(numbers(uniformNoise(rng, [2], 1, 5))).toEqual([2, 2]);
});

it.each([
  ['a source', 'MOE_CONTEXT', () => uniformNoise({} as never, [2])],
  ['a shape', 'MOE_OPTIONS', () => normalNoise(createRng(1), 3 as never)],
  ['a number', 'MOE_OPTIONS', () => uniformNoise(createRng(1), [2], NaN)],
  ['a spread', 'MOE_OPTIONS', () => normalNoise(createRng(1), [2], -1)],
])('what is not %s is refused', (_, code, draw) => {
  expect(draw).toThrow(expect.objectContaining({ code }));
});

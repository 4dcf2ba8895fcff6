import { describe, expect, test } from 'vitest';

import { median, pairedDifference, summarise } from '../src/index.js';

describe('summarise', () => {
  test('mean and sample standard deviation of hand numbers', () => {
    // mean 5, squared deviations 9+1+1+1+0+0+4+16 = 32, 32 / 7 = 4.571428...
    const { n, mean, sd } = summarise([2, 4, 4, 4, 5, 5, 7, 9]);
    expect([n, mean]).toEqual([8, 5]);
    expect(sd).toBeCloseTo(Math.sqrt(32 / 7), 12);
  });

  test('one value has no spread', () => {
    expect(summarise([3])).toEqual({ n: 1, mean: 3, sd: 0 });
  });

  test('the median of an even count lies between the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([9, 1, 5])).toBe(5);
  });
});

describe('pairedDifference', () => {
  const of = (...values: number[]) => new Map(values.map((value, seed) => [seed, value]));

  test('three pairs against a hand calculation', () => {
    // differences 1, 2, 3: mean 2, sd 1, t(2) = 4.3027, half = 4.3027 / sqrt(3) = 2.48417
    const found = pairedDifference(of(11, 12, 13), of(10, 10, 10))!;
    expect(found.mean).toBe(2);
    expect(found.interval![0]).toBeCloseTo(2 - 2.48417, 4);
    expect(found.interval![1]).toBeCloseTo(2 + 2.48417, 4);
    expect(found.distinguishable).toBe(false);
  });

  test('an interval clear of zero is distinguishable', () => {
    expect(pairedDifference(of(2, 2.1, 2.05), of(1, 1, 1))!.distinguishable).toBe(true);
    expect(pairedDifference(of(1, 1, 1), of(2, 2.1, 2.05))!.distinguishable).toBe(true);
  });

  test('only seeds that both finished count', () => {
    const found = pairedDifference(
      new Map([
        [1, 5],
        [2, 7],
      ]),
      new Map([
        [2, 6],
        [3, 1],
      ]),
    )!;
    expect(found).toEqual({ n: 1, mean: 1, interval: null, distinguishable: null });
    expect(pairedDifference(new Map([[1, 5]]), new Map([[2, 5]]))).toBeNull();
  });
});

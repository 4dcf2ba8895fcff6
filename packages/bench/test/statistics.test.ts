import { describe, expect, test } from 'vitest';

import { format, outcomeOf, outcomeWords, pairedDifference, summarise } from '../src/index.js';
import { median } from '../src/statistics/summary.js';
import { intervalOf } from '../src/statistics/interval.js';

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

describe('figures that are not finite, or without spread', () => {
  const of = (...values: number[]) => new Map(values.map((value, seed) => [seed, value]));

  test('the mean of an infinite value is infinite, without spread or interval', () => {
    const found = summarise([1, Infinity]);
    expect(found).toEqual({ n: 2, mean: Infinity, sd: NaN });
    expect(intervalOf(found)).toBeNull();
    expect(summarise([Infinity, -Infinity]).mean).toBeNaN();
  });

  test('finite values near the largest number have a finite mean and spread', () => {
    expect(summarise([1.5e308, 1.5e308]).mean).toBe(1.5e308);
    const { mean, sd } = summarise([1e300, 3e300]);
    expect(mean).toBe(2e300);
    expect(sd / 1e300).toBeCloseTo(Math.SQRT2, 12);
  });

  test('a difference of figures that are not finite is neither better nor worse', () => {
    const found = pairedDifference(of(Infinity, 3), of(1, 2))!;
    expect(found).toEqual({ n: 2, mean: Infinity, interval: null, distinguishable: null });
    expect(outcomeOf(found, 'lower')).toBe('unknown');
    expect(outcomeWords(found, 'lower')).toBe('not finite: no interval');
    expect(outcomeWords(pairedDifference(of(NaN), of(1)), 'lower')).toBe('not finite: no interval');
  });

  test('one seed has no interval, no seed no difference, and equal seeds no spread', () => {
    expect(outcomeWords(pairedDifference(of(1), of(2)), 'lower')).toBe('one seed: no interval');
    expect(outcomeWords(null, 'lower')).toBe('no seed in both: no interval');
    const equal = pairedDifference(of(1, 2), of(1, 2))!;
    expect(outcomeWords(equal, 'lower')).toBe('not distinguishable, no spread over seeds');
    const shifted = pairedDifference(of(2, 3), of(1, 2))!;
    expect(outcomeWords(shifted, 'lower')).toBe('worse, no spread over seeds');
    expect(outcomeWords(shifted, 'higher')).toBe('better, no spread over seeds');
  });

  test('an invalid figure is a word, and a large one has an exponent', () => {
    const words = [NaN, Infinity, -Infinity, 1e300, -0, -0.0001, -1.5];
    expect(words.map(format.bits)).toEqual([
      'not a number',
      'infinite',
      '−infinite',
      '1.000e300',
      '0.000',
      '0.000',
      '−1.500',
    ]);
    for (const show of [format.bits, format.share, format.count, format.ratio, format.mebibytes])
      for (const value of [NaN, Infinity, -Infinity, 1e300, -1e300, -0, Number.MIN_VALUE])
        expect(show(value)).not.toMatch(/NaN|Infinity|undefined|.{20}/);
    expect(format.spread({ n: 2, mean: Infinity, sd: NaN })).toBe('infinite');
    expect(format.difference(pairedDifference(of(Infinity), of(1)))).toBe('infinite');
  });
});

import { describe, expect, it } from 'vitest';

import {
  MOST_SEEDS,
  differencePower,
  equivalencePower,
  expectedHalfWidth,
  seedsFor,
} from '../../src/statistics/power.js';

const paired = (sd: number) => ({ sd, df: (n: number) => n - 1 });

describe('power', () => {
  it.each([
    [0.5, 10, 0.2931756065140767],
    [1, 5, 0.4013899173717948],
    [0.3, 100, 0.8439471027374158],
    [2, 3, 0.4707494312784346],
  ])('to tell %d standard deviations from 0 with %d seeds (statsmodels)', (effect, n, wanted) =>
    expect(differencePower(paired(1), n, effect)).toBeCloseTo(wanted, 3),
  );

  it.each([
    [1, 13],
    [0.5, 44],
    [0.25, 171],
  ])('takes as many seeds for %d as statsmodels says', (effect, wanted) =>
    expect(seedsFor((n) => differencePower(paired(1), n, effect))).toBe(wanted),
  );

  it.each([
    [0.028, 41, 0.015, 0.9157436158168417],
    [0.016, 15, 0.015, 0.9285903404469837],
    [0.012, 10, 0.015, 0.9533001856837451],
    [0.006, 4, 0.015, 0.956912845450115],
    [0.016, 31, 0.01, 0.9207296024374239],
  ])('to show %d over %d seeds to be within %d (scipy quadrature)', (sd, n, margin, wanted) =>
    expect(equivalencePower(paired(sd), n, margin)).toBeCloseTo(wanted, 3),
  );

  it('has no power where the margin is nothing against the spread', () => {
    expect(equivalencePower(paired(1), 3, 0.1)).toBeLessThan(1e-3);
    expect(seedsFor((n) => equivalencePower(paired(1), n, 1e-4))).toBe(MOST_SEEDS);
  });

  it('never asks for fewer than two seeds', () => expect(seedsFor(() => 1)).toBe(2));

  it('expects the half-width of a t interval', () => {
    // E(sd) / sigma for 4 degrees of freedom is 0.93999, t is 2.77645
    expect(expectedHalfWidth(paired(1), 5)).toBeCloseTo((2.776445 * 0.939986) / Math.sqrt(5), 3);
  });
});

import { createRng } from '@moekit/core';
import { describe, expect, it } from 'vitest';

import { differencePValue, equivalencePValue, intervalAt } from '../../src/statistics/estimate.js';
import type { Estimate } from '../../src/statistics/estimate.js';
import { holm } from '../../src/statistics/holm.js';
import type { Layout } from '../../src/statistics/layout.js';
import { fitMixedModel } from '../../src/statistics/mixed-model.js';
import { pairedEstimate } from '../../src/statistics/own-spread.js';
import { anytimeInterval, precisionFor } from '../../src/statistics/sequential.js';
import { draw } from './simulate.js';
import type { Drawn } from './simulate.js';

/**
 * Simulated layouts of each kind: 10,000 with `MOEKIT_SIMULATIONS=10000 npx vitest run --project bench coverage`, fewer in every
 * run of the suite. A rate may be off by 1 %, and by 3.3 standard errors more where there are fewer.
 */
const RUNS = Number(process.env.MOEKIT_SIMULATIONS ?? 600);
const allowance = (rate: number) =>
  0.01 + (RUNS < 10_000 ? 3.3 * Math.sqrt((rate * (1 - rate)) / RUNS) : 0);

const LAYOUTS: readonly Drawn[] = [
  { rows: 2, seeds: 3, correlation: 0 },
  { rows: 3, seeds: 3, correlation: 0.3 },
  { rows: 3, seeds: 3, correlation: 0.95 },
  { rows: 8, seeds: 4, correlation: 0.1 },
  { rows: 8, seeds: 4, correlation: 0, baselineSeeds: 12 },
  { rows: 8, seeds: 4, correlation: 0.6, baselineSeeds: 12 },
  { rows: 2, seeds: 3, correlation: 0.5, baselineSeeds: 6 },
  { rows: 4, seeds: 3, correlation: 0.2, missing: 0.2 },
  { rows: 4, seeds: 8, correlation: 0.5, missing: 0.15 },
  { rows: 5, seeds: 16, correlation: 0.9 },
];
const UNEQUAL: readonly Drawn[] = [
  { rows: 4, seeds: 3, correlation: 0.3, spreads: [1, 3, 1, 1] },
  { rows: 4, seeds: 8, correlation: 0, spreads: [1, 3, 1, 2] },
  { rows: 5, seeds: 16, correlation: 0.3, spreads: [1, 2, 0.5, 1, 3], baselineSeeds: 24 },
  { rows: 4, seeds: 12, correlation: 0.5, spreads: [0.2, 1, 1, 3], missing: 0.1 },
];
const nameOf = (drawn: Drawn) => ({ name: JSON.stringify(drawn), drawn });

/** Row 1 less the baseline, and the mean of all rows less the baseline. */
const contrastsOf = (rows: number) => [
  Array.from({ length: rows }, (_, r) => (r === 0 ? -1 : r === 1 ? 1 : 0)),
  Array.from({ length: rows }, (_, r) => (r === 0 ? -1 : 1 / (rows - 1))),
];
const truthOf = (weights: readonly number[]) => dot(weights, weights.map((_, row) => row)); // prettier-ignore
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function pooled(layout: Layout, weights: readonly number[]): Estimate {
  const fit = fitMixedModel(layout)!;
  return { mean: dot(weights, fit.means), ...fit.contrast(weights) };
}

/** Share of drawn layouts for which something holds, for each contrast. */
function rates(
  drawn: Drawn,
  holds: (layout: Layout, weights: readonly number[]) => boolean | null,
): readonly number[] {
  const rng = createRng(17);
  const contrasts = contrastsOf(drawn.rows);
  const counts = contrasts.map(() => ({ yes: 0, all: 0 }));
  for (let run = 0; run < RUNS; run++) {
    const layout = draw(drawn, rng);
    contrasts.forEach((weights, i) => {
      const held = holds(layout, weights);
      counts[i]!.all += held === null ? 0 : 1;
      counts[i]!.yes += held === true ? 1 : 0;
    });
  }
  return counts.map(({ yes, all }) => yes / all);
}

const covers = (estimate: Estimate, truth: number) => {
  const [low, high] = intervalAt(estimate, 0.95);
  return low <= truth && truth <= high;
};

describe('intervals at 95 %', () => {
  it.each(LAYOUTS.map(nameOf))('pooled, $name', ({ drawn }) => {
    for (const rate of rates(drawn, (l, w) => covers(pooled(l, w), truthOf(w))))
      expect(Math.abs(rate - 0.95)).toBeLessThan(allowance(0.95));
  });

  it.each([...LAYOUTS, ...UNEQUAL].map(nameOf))(
    'with a spread of their own, $name',
    ({ drawn }) => {
      const of = (layout: Layout, weights: readonly number[]) => {
        const estimate = pairedEstimate(layout, weights);
        return estimate && covers(estimate, truthOf(weights));
      };
      for (const rate of rates(drawn, of))
        expect(Math.abs(rate - 0.95)).toBeLessThan(allowance(0.95));
    },
  );
});

describe('errors', () => {
  it.each(LAYOUTS.map(nameOf))('equivalence at the margin, $name', ({ drawn }) => {
    // the true difference is the margin: every claim to be within it is false
    const of = (layout: Layout, weights: readonly number[]) =>
      equivalencePValue(pooled(layout, weights), truthOf(weights)) < 0.05;
    for (const rate of rates(drawn, of)) expect(rate).toBeLessThan(0.05 + allowance(0.05));
  });

  it.each([0, 0.8])('of a family of seven under Holm, correlation %d', (correlation) => {
    const rng = createRng(23);
    let any = 0;
    for (let run = 0; run < RUNS; run++) {
      const layout = draw({ rows: 8, seeds: 4, correlation }, rng);
      const fit = fitMixedModel(layout)!;
      const pValues = [1, 2, 3, 4, 5, 6, 7].map((row) => {
        const weights = contrastsOf(8)[0]!.map((_, r) => (r === 0 ? -1 : r === row ? 1 : 0));
        const mean = dot(weights, fit.means) - row;
        return differencePValue({ mean, ...fit.contrast(weights) });
      });
      any += holm(pValues).some((p) => p < 0.05) ? 1 : 0;
    }
    expect(any / RUNS).toBeLessThan(0.05 + allowance(0.05) - 0.005);
  });

  it.each([
    ['a difference of nothing', 0],
    ['the margin', 1],
  ])('under optional stopping, at %s', (_, effect) => {
    const rng = createRng(29);
    const drawn = { rows: 3, seeds: 24, correlation: 0.4 };
    const weights = [-1, 1, 0];
    const wrong = Array.from({ length: RUNS }, () => {
      const whole = draw(drawn, rng);
      return [4, 8, 12, 16, 20, 24].some((n) => {
        const cells = whole.cells.filter(({ seed }) => seed <= n);
        const estimate = pooled({ rows: 3, seeds: whole.seeds.slice(0, n), cells }, weights);
        const shifted = { ...estimate, mean: estimate.mean - 1 + effect };
        const at = (level: number) =>
          anytimeInterval(shifted, { n, level, precision: precisionFor(12, level) });
        if (effect === 0) return !covered(at(0.95), 0);
        return at(0.9).every((bound) => Math.abs(bound) < effect);
      });
    }).filter((mistaken) => mistaken).length;
    expect(wrong / RUNS).toBeLessThan(0.05 + allowance(0.05) - 0.005);
  });
});

const covered = ([low, high]: readonly [number, number], truth: number) =>
  low <= truth && truth <= high;

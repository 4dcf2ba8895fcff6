import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { layoutOf } from '../../src/statistics/layout.js';
import { fitMixedModel } from '../../src/statistics/mixed-model.js';

/**
 * Layouts with the figures of R: lmerTest with Kenward and Roger's errors where seeds correlate, and nlme's compound symmetry,
 * which has no such errors, where the correlation is negative. Versions are in the file.
 */
interface Golden {
  readonly by: 'lmerTest' | 'nlme';
  readonly rows: readonly Readonly<Record<string, number>>[];
  readonly residualSd: number;
  readonly correlation: number;
  /** Mean, error and degrees of freedom of the last row less the first. */
  readonly last: readonly number[];
  /** The same of the first row less the mean of the others. */
  readonly first: readonly number[];
}

const file = new URL('./mixed-model.json', import.meta.url);
const { layouts } = JSON.parse(await readFile(file, 'utf8')) as { layouts: readonly Golden[] };

const layoutsOf = ({ rows }: Golden) =>
  layoutOf(rows.map((row) => new Map(Object.entries(row).map(([seed, v]) => [Number(seed), v]))));

const contrasts = (rows: number) => ({
  last: Array.from({ length: rows }, (_, r) => (r === 0 ? -1 : r === rows - 1 ? 1 : 0)),
  first: Array.from({ length: rows }, (_, r) => (r === 0 ? 1 : -1 / (rows - 1))),
});

describe('the mixed model', () => {
  it.each(layouts.map((golden, number) => ({ number, golden })))(
    'has the figures of R, layout $number',
    ({ golden }) => {
      const layout = layoutsOf(golden);
      const fit = fitMixedModel(layout)!;
      const close = (got: number, wanted: number) =>
        expect(Math.abs(got - wanted)).toBeLessThan(3e-7 * Math.abs(wanted));
      close(fit.residualSd, golden.residualSd);
      close(1 + fit.correlation, 1 + golden.correlation);
      for (const [name, weights] of Object.entries(contrasts(layout.rows))) {
        const [mean, error, df] = golden[name as 'last' | 'first'];
        const got = fit.contrast(weights);
        close(
          weights.reduce((sum, weight, r) => sum + weight * fit.means[r]!, 1),
          1 + mean!,
        );
        if (df !== undefined) close(got.df, df);
        // an error with and without Kenward and Roger's part is the same in complete blocks alone
        if (df !== undefined || complete(layout)) close(got.error, error!);
      }
    },
  );

  it('has the classical analysis of variance for complete blocks', () => {
    const rows = [
      [1.2, 1.5, 1.1, 1.9],
      [2.2, 2.1, 1.7, 2.6],
      [0.9, 1.6, 1.3, 1.2],
    ];
    const fit = fitMixedModel(layoutOf(rows.map((row) => new Map(row.map((v, s) => [s, v])))))!;
    const mean = (values: readonly number[]) =>
      values.reduce((sum, v) => sum + v / values.length, 0);
    const grand = mean(rows.flat());
    const bySeed = [0, 1, 2, 3].map((s) => mean(rows.map((row) => row[s]!)));
    const square = rows
      .flatMap((row) => row.map((v, s) => (v - mean(row) - bySeed[s]! + grand) ** 2))
      .reduce((sum, v) => sum + v / 6, 0);
    const seeds = bySeed.reduce((sum, m) => sum + (3 * (m - grand) ** 2) / 3, 0);
    expect(fit.residualSd).toBeCloseTo(Math.sqrt(square), 12);
    expect(fit.seedSd).toBeCloseTo(Math.sqrt((seeds - square) / 3), 12);
    expect(fit.contrast([1, -1, 0])).toEqual({
      error: expect.closeTo(Math.sqrt((2 * square) / 4), 12) as number,
      df: expect.closeTo(6, 9) as number,
    });
  });

  it('takes rows that share no seed as independent', () => {
    const fit = fitMixedModel(
      layoutOf([new Map([[1, 0], [2, 2]]), new Map([[3, 5], [4, 7], [5, 9]])]), // prettier-ignore
    )!;
    expect(fit.residualSd ** 2).toBeCloseTo((2 + 8) / 3, 12);
    expect(fit.contrast([-1, 1]).df).toBe(3);
  });

  it('is null where nothing is left to measure a spread by', () => {
    expect(fitMixedModel(layoutOf([new Map([[1, 0]]), new Map([[1, 5]])]))).toBeNull();
  });

  it('keeps a spread of nothing at nothing', () => {
    const fit = fitMixedModel(layoutOf([new Map([[1, 1], [2, 3]]), new Map([[1, 2], [2, 4]])]))!; // prettier-ignore
    expect(fit.contrast([-1, 1]).error).toBeLessThan(1e-9);
  });
});

const complete = ({ rows, seeds, cells }: ReturnType<typeof layoutOf>) =>
  cells.length === rows * seeds.length;

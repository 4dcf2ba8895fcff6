import { describe, expect, it } from 'vitest';

import {
  chiSquareQuantile,
  fisherTail,
  normalCdf,
  studentQuantile,
  studentTail,
} from '../../src/statistics/distributions.js';
import {
  differencePValue,
  equivalencePValue,
  inferiorityPValue,
  intervalAt,
} from '../../src/statistics/estimate.js';
import { holm } from '../../src/statistics/holm.js';
import { layoutOf } from '../../src/statistics/layout.js';
import { pairedEstimate, welchEstimate } from '../../src/statistics/own-spread.js';
import { equalSpreadPValue } from '../../src/statistics/spreads.js';

/** Expected numbers are those of scipy 1.17.1 and statsmodels 0.15.0. */
const near = (got: number, wanted: number, relative = 2e-8) =>
  expect(Math.abs(got - wanted), `${got} against ${wanted}`).toBeLessThan(
    relative * Math.abs(wanted),
  );

const a = [2.013, 1.958, 2.107, 2.066, 1.991];
const b = [1.942, 1.951, 2.034, 1.987, 1.976];
const c = [1.4, 2.61, 2.15];
const d = [2.3, 2.9, 1.4, 2.2, 3.1];
const rows = (...values: readonly (readonly number[])[]) =>
  layoutOf(values.map((row) => new Map(row.map((value, seed) => [seed, value]))));

describe('distributions', () => {
  it.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 2.5, 3.5746548420036817],
    [0.95, 14, 1.761310135774891],
    [0.9, 7.25, 1.409884895325902],
    [0.999, 6.43, 5.003464630964346],
    [0.975, 1e5, 1.9599877075346095],
  ])('t quantile of %d at %d degrees of freedom', (p, df, wanted) => {
    near(studentQuantile(p, df), wanted, 1e-7);
    near(studentQuantile(1 - p, df), -wanted, 1e-7);
  });

  it.each([
    [2.3, 4, 0.04146951855619118],
    [8, 3.3, 0.001429860299080652],
    [30, 12, 5.886590953509468e-13],
    [-1, 5, 0.8183912661754386],
  ])('t tail of %d at %d degrees of freedom', (t, df, wanted) =>
    near(studentTail(t, df), wanted, 1e-7),
  );

  it.each([
    [3.2, 2, 12, 0.07694502378406354],
    [16.5, 2, 16, 0.00012923829534096858],
    [0.4, 7, 31, 0.8949473014044731],
  ])('F tail of %d at %d and %d', (f, top, bottom, wanted) =>
    near(fisherTail(f, top, bottom), wanted, 1e-7),
  );

  it.each([
    [0.001, 2, 0.002001000667167068],
    [0.5, 14, 13.33927414909954],
    [0.999, 6.4, 23.211720985189068],
  ])('chi-square quantile of %d at %d', (p, df, wanted) =>
    near(chiSquareQuantile(p, df), wanted, 1e-7),
  );

  it.each([
    [-3, 0.0013498980316300933],
    [-0.2, 0.42074029056089696],
    [1.7, 0.955434537241457],
  ])('normal at %d', (z, wanted) => near(normalCdf(z), wanted));

  it('has no tail beyond infinity', () => {
    expect(studentTail(Infinity, 3)).toBe(0);
    expect(studentTail(-Infinity, 3)).toBe(1);
    expect(fisherTail(Infinity, 2, 3)).toBe(0);
  });
});

describe('a contrast with a spread of its own', () => {
  it('pairs by seed as scipy.stats.ttest_rel does', () => {
    const estimate = pairedEstimate(rows(a, b), [1, -1])!;
    near(estimate.mean, 0.049);
    near(estimate.error, 0.015620499351813312);
    expect(estimate.df).toBe(4);
    near(differencePValue(estimate), 0.034951839318196405, 1e-7);
    near(intervalAt(estimate, 0.95)[0], 0.005630541033912653, 1e-7);
    near(intervalAt(estimate, 0.9)[1], 0.08230051134398074, 1e-7);
  });

  it('leaves out seeds that lack a row, and has nothing to say over one seed', () => {
    expect(pairedEstimate(rows(a, c), [1, -1])!.df).toBe(2);
    expect(pairedEstimate(rows(a, [1]), [1, -1])).toBeNull();
    expect(pairedEstimate(rows(a, [1], b), [1, 0, -1])!.df).toBe(4);
  });

  it('is as scipy.stats.ttest_ind without equal variances', () => {
    const estimate = welchEstimate(rows(a, c), [1, -1])!;
    near(estimate.mean, -0.026333333333333098);
    near(estimate.df, 2.0228300760340576);
    near(differencePValue(estimate), 0.9473495161835768, 1e-7);
    near(intervalAt(estimate, 0.95)[0], -1.5315358468695446, 1e-7);
    expect(welchEstimate(rows(a, [1]), [1, -1])).toBeNull();
  });

  it.each([
    [0.05, 0.4760135606923958],
    [0.1, 0.015468161049446726],
    [0.2, 0.00032035239266964976],
  ])('is equivalent within %d as in statsmodels.ttost_paired', (margin, wanted) => {
    const estimate = pairedEstimate(rows(a, b), [1, -1])!;
    near(equivalencePValue(estimate, margin), wanted, 1e-7);
    // one of the two tests alone: above is worse here, and the mean is above
    near(inferiorityPValue(estimate, margin, 1), wanted, 1e-7);
    expect(inferiorityPValue(estimate, margin, -1)).toBeLessThan(wanted);
  });

  it('is certain without any spread', () => {
    const exact = { mean: 0.25, error: 0, df: 2 };
    expect(differencePValue(exact)).toBe(0);
    expect(equivalencePValue(exact, 0.3)).toBe(0);
    expect(equivalencePValue(exact, 0.2)).toBe(1);
    expect(differencePValue({ mean: 0, error: 0, df: 2 })).toBe(1);
  });
});

describe('several at once', () => {
  it('adjusts as statsmodels.multipletests does, whatever the order', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005, 0.5, 0.03]);
    [0.05, 0.12, 0.12, 0.03, 0.5, 0.12].forEach((wanted, i) => near(adjusted[i]!, wanted, 1e-12));
    expect(holm([])).toEqual([]);
  });

  it('compares spreads as scipy.stats.levene does around the median', () => {
    near(equalSpreadPValue(rows(a, b, d)), 0.01668544023357536, 1e-7);
    expect(equalSpreadPValue(rows([1, 2, 2], [2, 90, 4], [1]))).toBe(1);
    expect(equalSpreadPValue(rows([1, 1, 1, 1], [2, 2, 2, 2]))).toBe(1);
  });
});

import type { Estimate } from './estimate.js';
import type { Layout } from './layout.js';
import { summarise } from './summary.js';

/**
 * A contrast as one figure of each seed, with the spread of that figure alone: exact under any spreads and any correlation.
 * Formula:  d_s = Σ_r w_r y_rs,   error = sd(d) / √n,   df = n - 1
 * @param weights [R]      @returns null with fewer than two seeds that have every row of the contrast
 */
export function pairedEstimate(
  { seeds, cells }: Layout,
  weights: readonly number[],
): Estimate | null {
  const wanted = weights.filter((weight) => weight !== 0).length;
  const differences = seeds.flatMap((seed) => {
    const block = cells.filter((cell) => cell.seed === seed && weights[cell.row] !== 0);
    if (block.length < wanted) return [];
    return [block.reduce((sum, { row, value }) => sum + weights[row]! * value, 0)];
  });
  if (differences.length < 2) return null;
  const { n, mean, sd } = summarise(differences);
  return { mean, error: sd / Math.sqrt(n), df: n - 1 };
}

/**
 * A contrast of rows that each have a spread of their own and share nothing by seed.
 * Formula:  error² = Σ w_r² s_r² / n_r,   df = error⁴ / Σ (w_r² s_r² / n_r)² / (n_r - 1)      (Welch 1947)
 * @returns null where a row has fewer than two values
 */
export function welchEstimate({ cells }: Layout, weights: readonly number[]): Estimate | null {
  const rows = weights.flatMap((weight, row) => {
    if (weight === 0) return [];
    const values = cells.flatMap((cell) => (cell.row === row ? [cell.value] : []));
    return [{ weight, ...summarise(values.length > 0 ? values : [Number.NaN]) }];
  });
  if (rows.some(({ n }) => n < 2)) return null;
  const parts = rows.map(({ weight, sd, n }) => ({ part: (weight * sd) ** 2 / n, n }));
  const variance = parts.reduce((sum, { part }) => sum + part, 0);
  const spread = parts.reduce((sum, { part, n }) => sum + part ** 2 / (n - 1), 0);
  return {
    mean: rows.reduce((sum, { weight, mean }) => sum + weight * mean, 0),
    error: Math.sqrt(variance),
    df: spread > 0 ? variance ** 2 / spread : Math.min(...parts.map(({ n }) => n - 1)),
  };
}

import { fisherTail } from './distributions.js';
import type { Layout } from './layout.js';
import { meanOf, median } from './summary.js';

/** Of two or three values the distances from their median say nothing: two are equal, or one is 0. */
const LEAST = 4;

/**
 * p of rows having one spread: an analysis of variance of the distances from each row's median.
 * Source: Brown and Forsythe 1974.      @returns 1 where fewer than two rows have four values or more
 */
export function equalSpreadPValue({ rows, cells }: Layout): number {
  const distances = Array.from({ length: rows }, (_, row) => {
    const values = cells.flatMap((cell) => (cell.row === row ? [cell.value] : []));
    return values.map((value) => Math.abs(value - median(values)));
  }).filter((values) => values.length >= LEAST);
  const all = distances.flat();
  const [between, within] = [distances.length - 1, all.length - distances.length];
  if (between < 1 || within < 1) return 1;
  const grand = meanOf(all);
  const squares = (values: readonly number[], centre: number) =>
    values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const explained = distances.reduce(
    (sum, values) => sum + values.length * (meanOf(values) - grand) ** 2,
    0,
  );
  const left = distances.reduce((sum, values) => sum + squares(values, meanOf(values)), 0);
  if (explained === 0) return 1;
  return fisherTail(explained / between / (left / within), between, within);
}

import { intervalOf } from './interval.js';
import { summarise } from './summary.js';

/** How much a row differs from the baseline, seed by seed. */
export interface PairedDifference {
  readonly n: number;
  readonly mean: number;
  /** 95% t interval of the mean difference; null with fewer than two pairs, and where a value is not finite. */
  readonly interval: readonly [number, number] | null;
  /** False when the interval holds 0, null without an interval. */
  readonly distinguishable: boolean | null;
}

/**
 * The paired difference `row - baseline` over the seeds that both finished.
 * Formula:  mean(d) +- t_{0.975, n-1} sd(d) / sqrt(n)
 * @param row value by seed      @param baseline value by seed
 * @returns null when no seed is shared
 */
export function pairedDifference(
  row: ReadonlyMap<number, number>,
  baseline: ReadonlyMap<number, number>,
): PairedDifference | null {
  const differences = [...row].flatMap(([seed, value]) => {
    const other = baseline.get(seed);
    return other === undefined ? [] : [value - other];
  });
  if (differences.length === 0) return null;
  const summary = summarise(differences);
  const interval = intervalOf(summary);
  const distinguishable = interval && (interval[0] > 0 || interval[1] < 0);
  return { n: summary.n, mean: summary.mean, interval, distinguishable };
}

import type { Estimate, Interval } from './estimate.js';

/**
 * An interval that may be looked at after every block of seeds, and at which one may stop: over the whole sequence together it
 * misses the truth with probability at most `1 - level`.
 * Formula:  mean ± error √(df (1 - a) / (a - b)),   b = g / (g + n),   a = ((1 - level)² b)^(1 / (df + 1))
 * It is infinite while `a <= b`. The mixture of normal effects behind it has precision `g`, in units of the residual's.
 *
 * Source: Lai 1976; Lindon, Ham, Tingley and Bojinov 2024, "Anytime-valid inference in linear models", theorem 3.4.
 * @param estimate of complete blocks: `df` counts whole blocks alone      @param n blocks so far      @param precision `g`
 */
export function anytimeInterval(
  { mean, error, df }: Estimate,
  { n, level, precision }: { n: number; level: number; precision: number },
): Interval {
  const shrink = precision / (precision + n);
  const bound = ((1 - level) ** 2 * shrink) ** (1 / (df + 1));
  if (bound <= shrink) return [-Infinity, Infinity];
  const half = error * Math.sqrt((df * (1 - bound)) / (bound - shrink));
  return [mean - half, mean + half];
}

/** The precision that makes the interval narrowest near a number of blocks. Source: Howard et al. 2021, section 3.5. */
export function precisionFor(blocks: number, level: number): number {
  const logs = -2 * Math.log(1 - level);
  return blocks / (logs + Math.log(logs + 1));
}

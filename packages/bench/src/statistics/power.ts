import { chiSquareQuantile, normalCdf, studentQuantile } from './distributions.js';

/** How a difference would be measured with `n` seeds. */
export interface Design {
  /** Standard deviation of the difference of one seed: its standard error is `sd / √n`. */
  readonly sd: number;
  /** Degrees of freedom of that standard deviation. @param n seeds, at least 2 */
  df(n: number): number;
}

/** Chance that two one-sided tests at 5 % show a true difference of 0 to be within the margin. */
export function equivalencePower({ sd, df }: Design, n: number, margin: number): number {
  const room = (margin * Math.sqrt(n)) / sd;
  const factor = studentQuantile(0.95, df(n));
  return overSpreads(df(n), (spread) => Math.max(0, 2 * normalCdf(room - factor * spread) - 1));
}

/** Chance that a one-sided test at 5 % shows a true difference of 0 to be better than one as bad as the margin. */
export function noWorsePower({ sd, df }: Design, n: number, margin: number): number {
  const room = (margin * Math.sqrt(n)) / sd;
  const factor = studentQuantile(0.95, df(n));
  return overSpreads(df(n), (spread) => normalCdf(room - factor * spread));
}

/** Chance that a 95 % interval leaves out 0 under a true difference of `effect`. */
export function differencePower({ sd, df }: Design, n: number, effect: number): number {
  const shift = (Math.abs(effect) * Math.sqrt(n)) / sd;
  const factor = studentQuantile(0.975, df(n));
  return overSpreads(
    df(n),
    (spread) => normalCdf(shift - factor * spread) + normalCdf(-shift - factor * spread),
  );
}

/** Half the width of a 95 % interval, as expected. */
export function expectedHalfWidth({ sd, df }: Design, n: number): number {
  const spread = overSpreads(df(n), (value) => value);
  return (studentQuantile(0.975, df(n)) * sd * spread) / Math.sqrt(n);
}

/** More seeds than that are not worth naming. */
export const MOST_SEEDS = 100_000;

/** The least number of seeds, from 2, with at least the power; `MOST_SEEDS` where that is not enough. */
export function seedsFor(power: (n: number) => number, wanted = 0.9): number {
  let high = 2;
  while (high < MOST_SEEDS && power(high) < wanted) high = Math.min(2 * high, MOST_SEEDS);
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (power(middle) < wanted) low = middle;
    else high = middle;
  }
  return Math.max(2, Math.ceil(high));
}

const POINTS = 400;

/** Mean over the measured spread, in units of the true one: √(χ²_df / df) at the middle of equally likely parts. */
function overSpreads(df: number, f: (spread: number) => number): number {
  let sum = 0;
  for (let i = 0; i < POINTS; i++)
    sum += f(Math.sqrt(chiSquareQuantile((i + 0.5) / POINTS, df) / df));
  return sum / POINTS;
}

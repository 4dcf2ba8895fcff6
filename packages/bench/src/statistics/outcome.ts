import type { PairedDifference } from './paired-difference.js';

/** The verdict of the seeds on a difference, given which way is better. */
export type Outcome = 'better' | 'worse' | 'not distinguishable' | 'unknown';

/** `unknown` without an interval: no seed in both, one alone, or a figure that is not finite. */
export function outcomeOf(
  difference: PairedDifference | null,
  better: 'lower' | 'higher',
): Outcome {
  if (!difference || difference.distinguishable === null) return 'unknown';
  if (!difference.distinguishable) return 'not distinguishable';
  return difference.mean < 0 === (better === 'lower') ? 'better' : 'worse';
}

/** The outcome in words, with the reason where it is none and a word where an interval has no width. */
export function outcomeWords(
  difference: PairedDifference | null,
  better: 'lower' | 'higher',
): string {
  const outcome = outcomeOf(difference, better);
  if (outcome === 'unknown') return `${missingInterval(difference)}: no interval`;
  return hasSpread(difference!) ? outcome : `${outcome}, no spread over seeds`;
}

/** Why a difference has no interval. */
export function missingInterval(difference: PairedDifference | null): string {
  if (difference === null) return 'no seed in both';
  return Number.isFinite(difference.mean) && difference.n === 1 ? 'one seed' : 'not finite';
}

/** Whether seeds differ by more than rounding: an interval of no width says nothing of other seeds. */
export function hasSpread({ interval, mean }: PairedDifference): boolean {
  return interval !== null && interval[1] - interval[0] > 1e-9 * Math.abs(mean);
}

import { studentQuantile, studentTail } from './distributions.js';

/** A difference with what is needed to judge it. */
export interface Estimate {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
  /** Degrees of freedom of the error, above 0. */
  readonly df: number;
}

export type Interval = readonly [low: number, high: number];

/** Two-sided t interval. @param level 0.95 for 95 % */
export function intervalAt({ mean, error, df }: Estimate, level: number): Interval {
  const half = studentQuantile((1 + level) / 2, df) * error;
  return [mean - half, mean + half];
}

/** Two-sided p of no difference. */
export function differencePValue({ mean, error, df }: Estimate): number {
  if (mean === 0) return 1;
  return 2 * studentTail(Math.abs(mean) / error, df);
}

/**
 * p of a difference of `margin` or more in either direction: the larger of two one-sided tests (TOST).
 * Source: Schuirmann 1987.      @param margin above 0, in the unit of the mean
 */
export function equivalencePValue({ mean, error, df }: Estimate, margin: number): number {
  const room = margin - Math.abs(mean);
  return room === 0 ? 0.5 : studentTail(room / error, df);
}

/** p of being worse by `margin` or more. @param worse 1 where higher is worse, -1 where lower is */
export function inferiorityPValue({ mean, error, df }: Estimate, margin: number, worse: 1 | -1) {
  const room = margin - worse * mean;
  return room === 0 ? 0.5 : studentTail(room / error, df);
}

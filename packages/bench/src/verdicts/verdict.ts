import type { Method } from './estimates.js';
import type { Interval } from '../statistics/estimate.js';

/**
 * The three answers that data can give to a question, each at 5 %.
 * - `differs`: the 95 % interval leaves out 0.
 * - `equivalent`: the 90 % interval lies within the margin (two one-sided tests). A question about worse alone has one of the two.
 * - `undecided`: neither holds.
 */
export type VerdictKind = 'differs' | 'equivalent' | 'undecided';

/** A question with its answer. */
export interface Verdict {
  readonly name: string;
  /** False for a comparison that was not written down before the run: its p values are not corrected, and it decides nothing. */
  readonly planned: boolean;
  readonly unit: string;
  readonly better: 'lower' | 'higher' | null;
  readonly kind: VerdictKind;
  /** Asked only whether it is worse. */
  readonly noWorse: boolean;
  /** Margin in the unit; null where none is known. */
  readonly margin: number | null;
  /** Null without a spread to judge by. */
  readonly estimate: VerdictEstimate | null;
  /** Why there is no verdict, or why it is not what the interval alone would say. */
  readonly reason: string | null;
  /** Seeds of each row that show equivalence at 90 % power if there is no difference; null unless undecided. */
  readonly needed: number | null;
}

export interface VerdictEstimate {
  readonly mean: number;
  readonly interval: Interval;
  readonly narrow: Interval;
  readonly method: Method;
  readonly seeds: number;
  readonly df: number;
  readonly correlation: number | null;
  /** 95 % interval by its own spread, where rows spread differently. */
  readonly beside: Interval | null;
  /** After Holm's correction over the planned questions. */
  readonly differenceP: number;
  readonly equivalenceP: number | null;
}

import { format } from '../statistics/format.js';
import type { Interval } from '../statistics/estimate.js';
import { MOST_SEEDS } from '../statistics/power.js';
import type { Verdict } from './verdict.js';

/** `differs`, with the way it points where one is better, or `undecided`. */
export function verdictWord({ kind, better, estimate, noWorse }: Verdict): string {
  if (kind === 'equivalent') return noWorse ? 'no worse' : 'equivalent';
  if (kind === 'undecided' || better === null || !estimate) return kind;
  return estimate.mean < 0 === (better === 'lower') ? 'better' : 'worse';
}

/** The verdict in a sentence: its word, the figure with the interval that decided, the reason where it is open. */
export function verdictWords(verdict: Verdict): string {
  const { name, estimate, unit } = verdict;
  if (!estimate) return `${name}: undecided, ${verdict.reason ?? 'nothing was measured'}.`;
  const figure = `${signed(estimate.mean)} ${rangeWords(decisive(verdict))}`;
  return `${name}: ${verdictWord(verdict)}, ${[figure, unit].filter(Boolean).join(' ')}${detail(verdict)}.`;
}

/** The interval that a verdict rests on: that of 90 % for equivalence. */
const decisive = ({ kind, estimate }: Verdict): Interval =>
  kind === 'equivalent' ? estimate!.narrow : estimate!.interval;

function detail({ kind, margin, noWorse, reason, needed, estimate }: Verdict): string {
  const within = margin === null ? '' : format.bits(margin);
  if (kind === 'equivalent')
    return noWorse ? `, not worse by ${within} or more` : `, within ±${within}`;
  if (kind === 'differs') {
    const small = margin !== null && estimate!.narrow.every((bound) => Math.abs(bound) < margin);
    return small ? `, by less than ${within}` : '';
  }
  return [reason, neededWords(needed, within)]
    .flatMap((text) => (text === null ? [] : [`; ${text}`]))
    .join('');
}

/** How many seeds would decide. */
function neededWords(needed: number | null, within: string): string | null {
  if (needed === null) return null;
  const seeds = needed >= MOST_SEEDS ? `more than ${MOST_SEEDS}` : `${needed}`;
  return `if there is no difference, ${seeds} seeds would show it to be within ${within} (power 90%)`;
}

/** `±0.015`; a dash without a margin. */
export const marginWords = ({ margin }: Verdict) =>
  margin === null ? '–' : `±${format.bits(margin)}`;

/** `+0.012`, `−0.003` */
export const signed = (value: number) =>
  format.difference({ n: 1, mean: value, interval: null, distinguishable: null });

/** `[−0.030, 0.006]` */
export const rangeWords = ([low, high]: Interval) => `[${format.bits(low)}, ${format.bits(high)}]`;

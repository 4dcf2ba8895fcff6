import type { PairedDifference } from './paired-difference.js';
import type { Summary } from './summary.js';

/** How figures are written, in the terminal and in the report alike. A figure that is not finite is a word. */
export const format = {
  bits: (value: number) => fixed(value, 3),
  spread: ({ n, mean, sd }: Summary) =>
    n > 1 && Number.isFinite(sd) ? `${fixed(mean, 3)} ±${fixed(sd, 3)}` : fixed(mean, 3),
  share: (value: number) =>
    Number.isFinite(value)
      ? `${fixed(100 * value, value > 0 && value < 0.1 ? 1 : 0)}%`
      : unfinished(value),
  /** A share as a difference: `−4.6%`, in as many digits as tell it from 0. */
  relative: (share: number) => {
    const percent = 100 * Math.abs(share);
    const digits = percent < 0.1 ? 2 : percent < 10 ? 1 : 0;
    return Number.isFinite(share) ? `${fixed(100 * share, digits)}%` : unfinished(share);
  },
  count: (value: number) => scaled(value, ['', 'k', 'M', 'G', 'T', 'P', 'E']),
  mebibytes: (value: number) => fixed(value / 2 ** 20, 0),
  ratio: (value: number) => fixed(value, 2),
  nats: (value: number) => fixed(value, 3),
  /** Mean difference with half of its 95% interval, where it has one. */
  difference: (difference: PairedDifference | null) => {
    if (difference === null) return '–';
    const { mean, interval } = difference;
    if (!Number.isFinite(mean)) return unfinished(mean);
    const signed = `${mean < 0 ? '−' : '+'}${fixed(Math.abs(mean), 3)}`;
    return interval === null ? signed : `${signed} ±${fixed(interval[1] - mean, 3)}`;
  },
};

/** Larger numbers are written with an exponent: 1e300 has 301 digits. */
const LARGE = 1e6;

function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return unfinished(value);
  if (Math.abs(value) >= LARGE) return value.toExponential(3).replace('+', '').replace('-', '−');
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

function unfinished(value: number): string {
  if (Number.isNaN(value)) return 'not a number';
  return value > 0 ? 'infinite' : '−infinite';
}

function scaled(value: number, units: readonly string[]): string {
  if (!Number.isFinite(value)) return unfinished(value);
  const thousands = Math.floor(Math.log10(Math.abs(value) || 1) / 3);
  const power = Math.min(units.length - 1, Math.max(0, thousands));
  const number = value / 1000 ** power;
  if (Math.abs(number) >= 1000) return fixed(value, 0);
  return `${power === 0 ? Math.round(number) : number.toPrecision(3)}${units[power]}`;
}

import type { PairedDifference } from '../statistics/paired-difference.js';
import type { Summary } from '../statistics/summary.js';

/** How figures are written, in the terminal and in the report alike. */
export const format = {
  bits: (value: number) => value.toFixed(3),
  spread: ({ n, mean, sd }: Summary) =>
    n > 1 ? `${mean.toFixed(3)} ±${sd.toFixed(3)}` : mean.toFixed(3),
  share: (value: number) => `${(100 * value).toFixed(value > 0 && value < 0.1 ? 1 : 0)}%`,
  count: (value: number) => scaled(value, ['', 'k', 'M', 'G', 'T', 'P', 'E']),
  mebibytes: (value: number) => String(Math.round(value / 2 ** 20)),
  ratio: (value: number) => value.toFixed(2),
  /** Mean difference with its 95% interval, or what is missing for one. */
  difference: (difference: PairedDifference | null) => {
    if (difference === null) return '–';
    const mean = signed(difference.mean);
    const half = difference.interval ? difference.interval[1] - difference.mean : null;
    return half === null ? mean : `${mean} ±${half.toFixed(3)}`;
  },
  /** What the interval says, in words. */
  verdict: (difference: PairedDifference | null, better: 'lower' | 'higher' = 'lower') => {
    if (difference === null) return 'baseline';
    if (difference.distinguishable === null) return 'one seed: no interval';
    if (!difference.distinguishable) return 'not distinguishable';
    return difference.mean < 0 === (better === 'lower') ? 'better' : 'worse';
  },
};

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
}

function scaled(value: number, units: readonly string[]): string {
  const power = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log10(Math.abs(value) || 1) / 3)),
  );
  const number = value / 1000 ** power;
  return `${power === 0 ? Math.round(number) : number.toPrecision(3)}${units[power]}`;
}

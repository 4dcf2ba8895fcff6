import type { Row } from '../results/results-schema.js';
import { bySeed } from '../results/summarise-row.js';
import type { Trial } from '../results/trial-schema.js';
import { findLabelled } from '../spec/label.js';
import type { PairedDifference } from '../statistics/paired-difference.js';
import { format } from '../statistics/format.js';
import { hasSpread, missingInterval } from '../statistics/outcome.js';
import { pairedDifference } from '../statistics/paired-difference.js';
import { meanOf as mean } from '../statistics/summary.js';
import type { Answerable } from './named-experiment.js';

/** A number that a trial gives; undefined where it has none. */
export type Figure = (trial: Trial) => number | undefined;

/** A row with finished trials, by its label; a sweep's grid adds its point after the label, the first is taken. */
export function rowNamed({ rows }: Answerable, label: string): Row | undefined {
  const found = findLabelled(rows, label);
  return found?.figures ? found : undefined;
}

/** `a - b` of a metric, paired by seed; null where no seed finished in both. */
export function metricDifference(a: Row, b: Row, name: string): PairedDifference | null {
  return pairedDifference(bySeed(a.trials, name), bySeed(b.trials, name));
}

/** `a - b` of any figure, paired by seed. */
export function figureDifference(a: Row, b: Row, figure: Figure): PairedDifference | null {
  return pairedDifference(valuesOf(a, figure), valuesOf(b, figure));
}

/** The difference of two figures of the same trials: text against vision, late against early. */
export function withinRow(row: Row, high: Figure, low: Figure): PairedDifference | null {
  return pairedDifference(valuesOf(row, high), valuesOf(row, low));
}

/** Mean over the seeds that have the figure. */
export function meanOf(row: Row, figure: Figure): number | undefined {
  const values = [...valuesOf(row, figure).values()];
  return values.length === 0 ? undefined : mean(values);
}

function valuesOf({ trials }: Row, figure: Figure): ReadonlyMap<number, number> {
  return new Map(
    trials.flatMap((trial) => {
      const value = figure(trial);
      return value === undefined || !Number.isFinite(value) ? [] : [[trial.seed, value] as const];
    }),
  );
}

/** Mean over a trial's MoE layers; undefined for a dense model. */
export function layerMean(
  trial: Trial,
  figure: (layer: Trial['layers'][number]) => number | null,
): number | undefined {
  const values = trial.layers.flatMap((layer) => figure(layer) ?? []);
  return values.length === 0 ? undefined : mean(values);
}

/** `-0.012 [-0.030, 0.006] bits/byte, not distinguishable`. */
export function say(difference: PairedDifference | null, unit = ''): string {
  if (difference === null) return 'no seed finished in both';
  const { mean, interval, n } = difference;
  const signed = `${mean > 0 ? '+' : ''}${format.bits(mean)}`;
  if (interval === null)
    return (
      [signed, unit].filter((part) => part !== '').join(' ') +
      `, ${missingInterval(difference)}, no interval`
    );
  const range = `[${format.bits(interval[0])}, ${format.bits(interval[1])}]`;
  const spread = hasSpread(difference) ? '' : ', without any spread';
  const words = difference.distinguishable
    ? `distinguishable over ${n} seeds${spread}`
    : `not distinguishable${spread}`;
  return [signed, range, unit].filter((part) => part !== '').join(' ') + `, ${words}`;
}

/** The word for where a difference points; `unknown` without an interval, which is not the same as alike. */
export function directionWords(
  difference: PairedDifference | null,
  words: Readonly<Record<'higher' | 'lower' | 'same' | 'unknown', string>>,
): string {
  if (!difference || difference.distinguishable === null) return words.unknown;
  if (!difference.distinguishable) return words.same;
  return difference.mean > 0 ? words.higher : words.lower;
}

/** 0.4 as 40%. */
export const percent = (share: number) =>
  Number.isFinite(share) ? `${(100 * share).toFixed(0)}%` : format.share(share);

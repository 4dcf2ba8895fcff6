import { isAbsurd } from '@moekit/models';

import { format } from '../statistics/format.js';
import type { Results, Row } from './results-schema.js';
import type { Trial } from './trial-schema.js';
import { metricOf } from './summarise-row.js';

type Metrics = Results['manifest']['metrics'];

/** A figure that is not finite or absurd: the run continued, but computed nonsense. */
export function isDiverged(trial: Trial, metrics: Metrics): boolean {
  return metrics.some(({ name, unit }) => {
    const value = metricOf(trial, name);
    return value !== undefined && isAbsurd(value, unit.startsWith('nats'));
  });
}

/** Seeds of a row that diverged to figures. */
export function divergedSeeds({ trials }: Row, metrics: Metrics): readonly number[] {
  return trials.filter((trial) => isDiverged(trial, metrics)).map(({ seed }) => seed);
}

/** Whether a row can be compared at all: finished, not diverged, and not worse than a reference that is known. */
export function hasLearned(row: Row, metrics: Metrics): boolean {
  if (!row.figures || row.figures.beatsReference === false) return false;
  return divergedSeeds(row, metrics).length === 0;
}

/** Finished rows that learned nothing that could be compared, in a sentence for each reason. */
export function unlearned(
  results: Omit<Results, 'answer'>,
  rows: readonly Row[] = results.rows,
): readonly string[] {
  const { metrics } = results.manifest;
  const weak = rows.filter((row) => row.figures && !hasLearned(row, metrics));
  const lost = weak.filter((row) => divergedSeeds(row, metrics).length > 0);
  const slow = weak.filter((row) => !lost.includes(row)).map(({ label }) => label);
  const seeds = lost.map((row) => `${row.label} (seed ${divergedSeeds(row, metrics).join(', ')})`);
  return [
    ...(slow.length > 0
      ? [`No better than the ${referenceWords(results)}: ${slow.join('; ')}.`]
      : []),
    ...(lost.length > 0 ? [`Diverged to figures that mean nothing: ${seeds.join('; ')}.`] : []),
  ];
}

/** `bigram reference (3.597 bits/byte)` */
export function referenceWords({ reference, manifest }: Omit<Results, 'answer'>): string {
  const metric = manifest.metrics.find(({ name }) => reference?.metrics[name] !== undefined);
  const name = `${reference?.name ?? 'unknown'} reference`;
  if (!metric) return name;
  return `${name} (${format.bits(reference!.metrics[metric.name]!)} ${metric.unit})`;
}

import type { Metric } from '@moekit/models';

import { answerOf } from '../papers/answers.js';
import type { RouterEntry } from '../spec/config.js';
import { entryOf } from '../spec/entry-of.js';
import { findLabelled, labelOf } from '../spec/label.js';
import type { Outcome } from '../trial/run-trials.js';
import type { Manifest, Results, Row } from '../results/results-schema.js';
import { RESULTS_SCHEMA } from '../results/results-schema.js';
import { isDense } from '../plugins/registry.js';
import { summariseRow } from '../results/summarise-row.js';
import type { Trial } from '../results/trial-schema.js';

/** The part of the results that is known before the first trial. */
export interface Preamble {
  readonly manifest: Manifest;
  readonly reference: Results['reference'];
}

/** A row before it is compared. */
type Ended = Omit<Row, 'baseline' | 'figures'>;

/**
 * Turns what ended into results: rows in the experiment's order, trials in the order of the seeds, whatever the order
 * in which they ended.
 */
export function collectResults(
  { manifest, reference }: Preamble,
  outcomes: readonly Outcome[],
  machine: Results['machine'],
): Results {
  const { routers, seeds, baseline } = manifest.experiment;
  const ended = routers.flatMap((entry) => rowsOf(entry, outcomesOf(entry, seeds, outcomes)));
  const partial = outcomes.length < routers.length * seeds.length;
  const compared = compareRows(ended, {
    metrics: manifest.metrics,
    contextOf: () => ({ baseline, reference }),
  });
  const results = {
    schema: RESULTS_SCHEMA,
    partial,
    manifest,
    reference,
    rows: compared,
    answer: null,
    machine,
  } as const;
  return { ...results, answer: answerOf(results) };
}

/** Figures of each row, and its differences to the baseline of its group. */
export function compareRows(
  rows: readonly Ended[],
  {
    metrics,
    contextOf,
  }: {
    readonly metrics: readonly Metric[];
    /** The baseline and the reference of the run that a row comes from. */
    readonly contextOf: (row: Ended) => {
      readonly baseline: string | undefined;
      readonly reference: Results['reference'];
    };
  },
): Row[] {
  return rows.map((row) => {
    const group = rows.filter((other) => other.group === row.group);
    const against = baselineOf(group, contextOf(group[0]!).baseline);
    const { reference } = contextOf(row);
    const baseline = against === row ? null : against.trials;
    return {
      ...row,
      baseline: against === row,
      figures: summariseRow(row.trials, { metrics, baseline, reference }),
    };
  });
}

/** The row that is named, else the dense one, else the first. */
function baselineOf(rows: readonly Ended[], label: string | undefined): Ended {
  return (
    (label === undefined ? undefined : findLabelled(rows, label)) ?? rows.find(isDense) ?? rows[0]!
  );
}

/** The trained row, and one for each variant under which it was evaluated. */
function rowsOf(entry: RouterEntry, ended: Pick<Row, 'trials' | 'errors'>): readonly Ended[] {
  const { router, options, group = null } = entry;
  const label = labelOf(entry);
  const variants = (entry.evaluateAs ?? []).map((as) => ({
    label: as.label,
    router,
    options: { ...options, ...as.options },
    group,
    trainedAs: label,
    trials: ended.trials.flatMap((trial) => variantOf(trial, as.label)),
    errors: ended.errors,
  }));
  return [{ label, router, options, group, trainedAs: null, ...ended }, ...variants];
}

/** A variant as a trial: trained as the row was, evaluated in its own way. */
function variantOf(trial: Trial, label: string): readonly Trial[] {
  const variant = entryOf(trial.variants, label);
  if (!variant) return [];
  const { flops, ...evaluated } = variant;
  return [
    { ...trial, ...evaluated, label, flops: { ...trial.flops, evaluation: flops }, variants: {} },
  ];
}

function outcomesOf(entry: RouterEntry, seeds: readonly number[], outcomes: readonly Outcome[]) {
  const label = labelOf(entry);
  const trials: Trial[] = [];
  const errors: Row['errors'] = [];
  for (const seed of seeds) {
    const outcome = outcomes.find(({ job }) => job.label === label && job.seed === seed);
    if (outcome?.type === 'done') trials.push(outcome.trial);
    if (outcome?.type === 'failed') errors.push({ seed, ...outcome.error });
  }
  return { trials, errors };
}

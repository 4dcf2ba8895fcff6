import { labelOf } from '../experiment/label.js';
import type { PoolEvent } from '../trial/run-trials.js';
import type { Manifest, Results, Row } from './results-schema.js';
import { RESULTS_SCHEMA } from './results-schema.js';
import { summariseRow } from './summarise-row.js';
import type { Trial } from './trial-schema.js';

/** What is known before the first trial. */
export interface Preamble {
  readonly manifest: Manifest;
  readonly reference: Results['reference'];
}

/** How one trial ended. */
export type Outcome = Extract<PoolEvent, { type: 'done' | 'failed' }>;

/**
 * Turns what ended into results: rows in the experiment's order, trials in the order of the seeds, whatever the order
 * in which they ended.
 */
export function collectResults(
  { manifest, reference }: Preamble,
  outcomes: readonly Outcome[],
  machine: Results['machine'],
): Results {
  const { routers, seeds } = manifest.experiment;
  const baseline = baselineIndex(routers.map(({ router }) => router));
  const ended = routers.map((entry) => outcomesOf(labelOf(entry), seeds, outcomes));
  const rows = routers.map((entry, index): Row => {
    const { trials, errors } = ended[index]!;
    const against = index === baseline ? null : ended[baseline]!.trials;
    return {
      label: labelOf(entry),
      router: entry.router,
      options: entry.options,
      baseline: index === baseline,
      figures: summariseRow(trials, against, reference.bitsPerByte),
      trials,
      errors,
    };
  });
  const partial = outcomes.length < routers.length * seeds.length;
  return { schema: RESULTS_SCHEMA, partial, manifest, reference, rows, machine };
}

/** The dense row, or the first where there is none. */
function baselineIndex(routers: readonly string[]): number {
  return Math.max(0, routers.indexOf('dense'));
}

function outcomesOf(label: string, seeds: readonly number[], outcomes: readonly Outcome[]) {
  const trials: Trial[] = [];
  const errors: Row['errors'] = [];
  for (const seed of seeds) {
    const outcome = outcomes.find(({ job }) => job.label === label && job.seed === seed);
    if (outcome?.type === 'done') trials.push(outcome.trial);
    if (outcome?.type === 'failed') errors.push({ seed, ...outcome.error });
  }
  return { trials, errors };
}

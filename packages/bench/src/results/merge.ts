import { answerOf } from '../experiments/answers.js';
import { fail } from '../errors.js';
import { hashOf } from '../experiment/hash.js';
import { compareRows } from './collect.js';
import type { Results, Row } from './results-schema.js';

/**
 * Several runs as one: seeds of the same row come together, rows of different settings stand beside each other. What
 * differs in data, model or training keeps a group, and so a baseline, of its own.
 * @param runs at least one      @throws BENCH_MERGE when the runs are of different tasks
 */
export function mergeResults(runs: readonly Results[]): Results {
  const [first, ...others] = runs as [Results, ...Results[]];
  if (others.length === 0) return first;
  assertSameTask(runs);
  const settings = [...new Set(runs.map(settingsKey))];
  const single = settings.length === 1;
  const rows = new Map<string, Row>();
  for (const run of runs) {
    const group = single ? null : nameOf(run, settings);
    for (const row of run.rows) add(rows, single ? row : grouped(row, group!));
  }
  const { experiment } = first.manifest;
  const seeds = [...new Set(runs.flatMap((run) => run.manifest.experiment.seeds))];
  const merged = {
    ...first,
    partial: runs.some(({ partial }) => partial),
    manifest: { ...first.manifest, experiment: { ...experiment, seeds } },
    rows: compareRows([...rows.values()], {
      baseline: experiment.baseline,
      metrics: first.manifest.metrics,
      reference: first.reference,
    }),
    machine: {
      startedAt: runs.map(({ machine }) => machine.startedAt).sort()[0]!,
      seconds: runs.reduce((sum, { machine }) => sum + machine.seconds, 0),
      workers: Math.max(...runs.map(({ machine }) => machine.workers)),
    },
  };
  return { ...merged, answer: answerOf(merged) };
}

/** A seed that two runs have is taken from the first. */
function add(rows: Map<string, Row>, row: Row): void {
  const before = rows.get(row.label);
  if (!before) return void rows.set(row.label, row);
  const known = new Set(before.trials.map(({ seed }) => seed));
  const trials = [...before.trials, ...row.trials.filter(({ seed }) => !known.has(seed))];
  const ended = new Set(trials.map(({ seed }) => seed));
  const errors = [...before.errors, ...row.errors].filter(({ seed }) => !ended.has(seed));
  rows.set(row.label, { ...before, trials, errors });
}

function grouped(row: Row, group: string): Row {
  const label = `${row.label} [${group}]`;
  return { ...row, label, group: row.group === null ? group : `${row.group}, ${group}` };
}

/** What must be equal for two runs to be of one comparison. */
function settingsKey({ manifest }: Results): string {
  const { task, data, model, training, expertParameters, name } = manifest.experiment;
  return hashOf({ task, data, model, training, expertParameters, name, backend: manifest.backend });
}

/** The experiment's name where that tells runs apart, else their place. */
function nameOf(run: Results, settings: readonly string[]): string {
  return run.manifest.experiment.name ?? `run ${settings.indexOf(settingsKey(run)) + 1}`;
}

function assertSameTask(runs: readonly Results[]): void {
  const tasks = [...new Set(runs.map(({ manifest }) => manifest.experiment.task))];
  if (tasks.length === 1) return;
  throw fail('BENCH_MERGE', {
    asked: 'Runs in one report must be of one task: their figures have nothing in common otherwise',
    got: tasks.join(', '),
    fix: 'Make one report for each task.',
  });
}

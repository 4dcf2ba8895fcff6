import { assertKinds } from '@moekit/core';
import { answerOf } from '../papers/answers.js';
import { fail } from '../errors.js';
import { hashOf } from '../spec/hash.js';
import { compareRows } from './collect.js';
import { comparisonOf, conditionsOf, contentOf } from '../results/conditions.js';
import { mergeManifests } from './merge-manifests.js';
import type { Results, Row } from '../results/results-schema.js';

/** A row of one of the runs. */
interface Placed {
  readonly row: Row;
  readonly run: Results;
  /** Equal for rows that may be compared. */
  readonly comparison: string;
  /** Equal for rows whose seeds may come together. */
  readonly trained: string;
}

/**
 * Several runs as one. Rows are matched by what decides them, never by their labels alone: seeds of a row come together
 * where its router's code and options are the same under the same data, settings, backend and versions. Rows under other
 * data or settings are a group of their own, with a baseline of their own. Rows of other code are separate rows, both with
 * the run in their label.
 * @param runs at least one
 * @throws BENCH_MERGE when the runs are of different tasks or metrics, or one is itself several that differ
 */
export function mergeResults(runs: readonly Results[]): Results {
  assertKinds(
    'mergeResults',
    { runs },
    { runs: 'list' },
    'Pass a list of results, as readResults gives them.',
  );
  const [first, ...others] = runs as [Results, ...Results[]];
  if (others.length === 0) return first;
  assertSameTask(runs);
  assertSingle(runs);
  const placed = runs.flatMap((run) => run.rows.map((row) => place(run, row)));
  const pooled = new Map<string, Row>();
  for (const one of placed)
    add(pooled, `${one.trained} ${one.row.label}`, named(one, placed, runs));
  const rows = [...pooled.values()];
  const labels = new Set(placed.map(({ row }) => row.label));
  const alike = rows.every(({ label }) => labels.has(label));
  const origin = new Map(
    [...pooled].map(([key, row]) => [
      row,
      placed.find((one) => `${one.trained} ${one.row.label}` === key)!.run,
    ]),
  );
  const manifest = mergeManifests(runs, alike);
  const merged = {
    ...first,
    partial: runs.some(({ partial }) => partial),
    manifest,
    reference: sharedReference(runs),
    rows: compareRows(rows, {
      metrics: manifest.metrics,
      contextOf: (row) => {
        const run = origin.get(row as Row)!;
        return { baseline: run.manifest.experiment.baseline, reference: run.reference };
      },
    }),
    machine: {
      startedAt: runs.map(({ machine }) => machine.startedAt).sort()[0]!,
      seconds: runs.reduce((sum, { machine }) => sum + machine.seconds, 0),
      workers: Math.max(...runs.map(({ machine }) => machine.workers)),
    },
  };
  return { ...merged, answer: alike ? answerOf(merged) : null };
}

/** The common part of the runs' references: on other data they have other figures. */
function sharedReference(runs: readonly Results[]): Results['reference'] {
  const known = runs.flatMap(({ reference }) => reference ?? []);
  const [first] = known;
  if (!first) return null;
  const equal = Object.entries(first.metrics).filter(([name, value]) =>
    known.every(({ metrics }) => metrics[name] === value),
  );
  const name = [...new Set(known.map((reference) => reference.name))].join(' or ');
  return { name, metrics: Object.fromEntries(equal) };
}

function place(run: Results, row: Row): Placed {
  const comparison = hashOf([conditionsOf(run.manifest), row.group, comparisonOf(run, row)]);
  return { row, run, comparison, trained: hashOf([comparison, contentOf(run, row)]) };
}

/** The row with its run in its label, and in its group, where they would stand for different things. */
function named(
  { row, comparison, trained }: Placed,
  all: readonly Placed[],
  runs: readonly Results[],
): Row {
  const name = (same: (other: Placed) => boolean) => runName(all.find(same)!.run, runs);
  const others = all.filter((other) => other.row.group === row.group);
  if (others.some((other) => other.comparison !== comparison)) {
    const mark = name((other) => other.comparison === comparison);
    const group = row.group === null ? mark : `${row.group}, ${mark}`;
    const inside = others.filter((other) => other.comparison === comparison);
    return { ...apart({ row, trained }, inside, name, mark), group };
  }
  return apart({ row, trained }, others, name);
}

/** Within one comparison: marked by its group, and by its run where a row of that label was trained otherwise. */
function apart(
  { row, trained }: Pick<Placed, 'row' | 'trained'>,
  inside: readonly Placed[],
  name: (same: (other: Placed) => boolean) => string,
  mark?: string,
): Row {
  const clash = inside.some((other) => other.row.label === row.label && other.trained !== trained);
  const own = clash
    ? name((other) => other.row.label === row.label && other.trained === trained)
    : undefined;
  const marks = [...new Set([mark, own].filter((text) => text !== undefined))];
  if (marks.length === 0) return row;
  const marked = (label: string) => `${label} [${marks.join(', ')}]`;
  const { label, trainedAs } = row;
  return { ...row, label: marked(label), trainedAs: trainedAs && marked(trainedAs) };
}

/** The experiment's name where that tells the run from all others, else its place. */
function runName(run: Results, runs: readonly Results[]): string {
  const { name } = run.manifest.experiment;
  const alone = runs.filter(({ manifest }) => manifest.experiment.name === name).length === 1;
  return name !== undefined && alone ? name : `run ${runs.indexOf(run) + 1}`;
}

/** A seed that two runs have is taken from the first. */
function add(rows: Map<string, Row>, key: string, row: Row): void {
  const before = rows.get(key);
  if (!before) return void rows.set(key, row);
  const known = new Set(before.trials.map(({ seed }) => seed));
  const trials = [...before.trials, ...row.trials.filter(({ seed }) => !known.has(seed))];
  const ended = new Set(trials.map(({ seed }) => seed));
  const errors = [...before.errors, ...row.errors].filter(({ seed }) => !ended.has(seed));
  rows.set(key, { ...before, trials, errors });
}

function assertSameTask(runs: readonly Results[]): void {
  const taskOf = ({ manifest: { experiment, metrics } }: Results) =>
    `${experiment.task} (${metrics.map(({ name, unit }) => `${name} in ${unit}`).join(', ')})`;
  const tasks = [...new Set(runs.map(taskOf))];
  if (tasks.length === 1) return;
  throw fail('BENCH_MERGE', {
    asked:
      'Runs in one report must be of the same task, because figures of different tasks cannot be compared',
    got: tasks.join('; '),
    fix: 'Make one report per task.',
  });
}

/** Refuses a report of runs that differ: the origin of its rows is unknown. */
function assertSingle(runs: readonly Results[]): void {
  const at = runs.findIndex(({ manifest }) => manifest.differences.length > 0);
  if (at < 0) return;
  throw fail('BENCH_MERGE', {
    asked: 'Each run in a report must be a single run, or several runs that do not differ',
    got: `number ${at + 1} is a report of runs that differ (${runs[at]!.manifest.differences[0]})`,
    fix: 'Give the single runs instead.',
  });
}

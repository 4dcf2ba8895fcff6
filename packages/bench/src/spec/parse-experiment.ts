import type { z } from 'zod';

import { fail } from '../errors.js';
import { findPackage } from '../plugins/find-package.js';
import type { Experiment } from './config.js';
import { experimentSchema } from './config.js';
import { builtInTasks } from '../plugins/built-in.js';
import { assertTraining } from './assert-training.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { unknownTask } from '../plugins/load-task.js';
import { parseTaskOptions } from '../plugins/task-options.js';
import { labelOf, labelsOf } from './label.js';
import { isPath } from '../plugins/reference.js';
import { readRow } from './parse-router.js';

/**
 * Validates an experiment and fills in defaults; those of a task of moekit too, while a file's or a package's own are
 * left to `prepareExperiment`.
 * @param from where it comes from, for the message      @param registry where tasks have names; moekit's alone when absent
 * @throws BENCH_CONFIG naming each wrong key, BENCH_ROUTER_SPEC
 */
export function parseExperiment(
  input: unknown,
  from = 'The experiment',
  registry?: Pick<PluginRegistry, 'tasks'>,
): Experiment {
  const result = experimentSchema.safeParse(withRows(input));
  if (!result.success) {
    throw fail('BENCH_CONFIG', {
      asked: `${from} must fit the experiment schema`,
      got: result.error.issues.map((issue) => describe(issue, input)).join('; '),
      fix: result.error.issues.map(({ path, message }) => `${name(path)}: ${message}.`).join(' '),
    });
  }
  assertLabels(result.data, from);
  assertBaseline(result.data, from);
  assertTrainings(result.data, from);
  const named = result.data.task;
  const task = builtInTasks.find(({ name }) => name === named);
  if (!task && !isTask(named, registry)) {
    throw unknownTask(named, registry?.tasks.keys() ?? builtInTasks.map(({ name }) => name));
  }
  if (!task) return result.data;
  return { ...result.data, ...(parseTaskOptions(task, result.data, from) as Parsed) };
}

const isTask = (name: string, registry?: Pick<PluginRegistry, 'tasks'>) =>
  registry?.tasks.has(name) || isPath(name) || findPackage(name) !== undefined;

type Parsed = Pick<Experiment, 'data' | 'model'>;

/** A sweep adds a row's point of its grid after the label. */
const isOf = (name: string, label: string) => label === name || label.startsWith(`${name} [`);

function assertBaseline({ routers, baseline }: Experiment, from: string): void {
  if (baseline === undefined || routers.some((entry) => isOf(baseline, labelOf(entry)))) return;
  throw fail('BENCH_CONFIG', {
    asked: `The baseline of ${from} must be one of its rows`,
    got: `baseline = ${JSON.stringify(baseline)}`,
    fix: `The rows are ${routers.map(labelOf).join(', ')}.`,
  });
}

function assertTrainings({ training, routers }: Experiment, from: string): void {
  assertTraining(training, from);
  for (const entry of routers) {
    const given = Object.entries(entry.training ?? {}).filter(([, value]) => value !== undefined);
    const own = { ...training, ...Object.fromEntries(given) };
    assertTraining(own, `row ${labelOf(entry)}`);
  }
}

/** Rows written as text become entries; the rest is the schema's to judge. */
function withRows(input: unknown): unknown {
  const routers = (input as { routers?: unknown } | null | undefined)?.routers;
  return Array.isArray(routers) ? { ...(input as object), routers: routers.map(readRow) } : input;
}

function assertLabels({ routers }: Experiment, from: string): void {
  const labels = routers.flatMap(labelsOf);
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice === undefined) return;
  throw fail('BENCH_CONFIG', {
    asked: `${from} must give each row a different label`,
    got: `${twice} more than once`,
    fix: 'Remove one, change its options, or set "label".',
  });
}

function describe({ path }: z.core.$ZodIssue, input: unknown): string {
  const value = path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  return `${name(path)} = ${JSON.stringify(value)?.slice(0, 80) ?? 'nothing'}`;
}

const name = (path: readonly PropertyKey[]) => path.map(String).join('.') || 'the experiment';

import type { MoekitError } from '@moekit/core';
import { describeIssues } from '@moekit/core';
import type { TaskPlugin } from '@moekit/models';

import { fail } from '../errors.js';
import { findPackage } from '../plugins/find-package.js';
import type { Experiment } from './config.js';
import { experimentSchema } from './config.js';
import { builtInTasks } from '../plugins/built-in.js';
import { assertQuestions } from './assert-questions.js';
import { assertTraining } from './assert-training.js';
import { DENSE } from '../plugins/registry.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { unknownTask } from '../plugins/load-task.js';
import { parseTaskOptions } from './task-options.js';
import { isLabelled, labelOf, labelsOf } from './label.js';
import { isPath } from '../plugins/reference.js';
import { attempt, joinPlaced, placed } from './attempt.js';
import type { Origin } from './origin.js';
import { readRow } from './parse-router.js';

/**
 * Validates an experiment and fills in defaults; those of a task of moekit too, while a file's or a package's own are
 * left to `prepareExperiment`.
 * @param origin where it comes from, for the message      @param registry where tasks have names; moekit's alone when absent
 * @throws BENCH_CONFIG, BENCH_ROUTER_SPEC, every mistake with its path
 */
export function parseExperiment(
  input: unknown,
  origin: Origin = { name: 'The experiment' },
  registry?: Pick<PluginRegistry, 'tasks'>,
): Experiment {
  const errors: MoekitError[] = [];
  const rows = withRows(input, origin, errors);
  const experiment = attempt(errors, () => parseShape(rows, origin));
  const named = (experiment ?? (Object(rows) as Partial<Experiment>)).task ?? 'lm';
  const task = builtInTasks.find(({ name }) => name === named);
  const settings = task && attempt(errors, () => parseSections(task, experiment ?? rows, origin));
  if (!task && typeof named === 'string' && !isTask(named, registry)) {
    const names = registry?.tasks.keys() ?? builtInTasks.map(({ name }) => name);
    errors.push(placed(unknownTask(named, names), ['task'], origin));
  }
  if (experiment) {
    for (const assert of [assertLabels, assertBaseline, assertQuestions, assertTrainings]) {
      attempt(errors, () => assert(experiment, origin.name));
    }
  }
  const wrong = joinPlaced(errors, origin.name);
  if (wrong || !experiment) throw wrong!;
  return { ...experiment, ...settings };
}

function parseShape(input: unknown, { name, at }: Origin): Experiment {
  const result = experimentSchema.safeParse(input);
  if (result.success) return result.data;
  throw fail('BENCH_CONFIG', {
    asked: `${name} must fit the experiment schema`,
    ...describeIssues(result.error.issues, { input, whole: 'the experiment', at }),
  });
}

/** The task's own sections; the experiment schema refuses anything else in their place. */
function parseSections(task: TaskPlugin, input: unknown, origin: Origin): Parsed | undefined {
  const { data = {}, model = {} } = Object(input) as { data?: unknown; model?: unknown };
  if (![data, model].every(isSection)) return undefined;
  return parseTaskOptions(task, { data, model } as Parsed, origin) as Parsed;
}

const isSection = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTask = (name: string, registry?: Pick<PluginRegistry, 'tasks'>) =>
  registry?.tasks.has(name) || isPath(name) || findPackage(name) !== undefined;

type Parsed = Pick<Experiment, 'data' | 'model'>;

function assertBaseline({ routers, baseline }: Experiment, from: string): void {
  if (baseline === undefined || routers.some((entry) => isLabelled(labelOf(entry), baseline)))
    return;
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

/** Rows written as text become entries, every invalid text an error; the rest is the schema's to judge. */
function withRows(input: unknown, origin: Origin, errors: MoekitError[]): unknown {
  const routers = (input as { routers?: unknown } | null | undefined)?.routers;
  if (!Array.isArray(routers)) return input;
  const rows = routers.map((row, i) => {
    const failed: MoekitError[] = [];
    const read = attempt(failed, () => readRow(row)) ?? DENSE;
    errors.push(...failed.map((error) => placed(error, ['routers', i], origin)));
    return read;
  });
  return { ...(input as object), routers: rows };
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

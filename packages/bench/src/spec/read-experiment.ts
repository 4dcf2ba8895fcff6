import type { MoekitError } from '@moekit/core';

import { builtInTasks } from '../plugins/built-in.js';
import { parseTaskOptions, settingsOf } from './task-options.js';
import { attempt, joinPlaced } from './attempt.js';
import type { Experiment, RouterEntry } from './config.js';
import type { Origin } from './origin.js';
import { parseExperiment } from './parse-experiment.js';
import { readRow } from './parse-router.js';
import type { ReadContext, RowPlace } from './row-errors.js';
import { rowErrors } from './row-errors.js';

/**
 * Validates an experiment as `parseExperiment` does, with the options that moekit's own routers have in its rows: all
 * that can be known without running the user's code.
 * @throws BENCH_CONFIG, BENCH_ROUTER_SPEC, MOE_OPTIONS, every mistake with its path
 */
export async function readExperiment(
  input: unknown,
  origin: Origin,
  context: ReadContext,
): Promise<Experiment> {
  const errors: MoekitError[] = [];
  const experiment = attempt(errors, () => parseExperiment(input, origin, context.registry));
  const rows: readonly unknown[] = experiment?.routers ?? rowsOf(input);
  for (const [i, row] of rows.entries()) {
    const path = origin.flags?.includes('routers') ? [] : ['routers', i];
    errors.push(...(await rowErrors(row, { origin, path }, context)));
    if (experiment) attempt(errors, () => assertSettings(experiment, row, { origin, path }));
  }
  const wrong = joinPlaced(errors, origin.name);
  if (wrong || !experiment) throw wrong!;
  return experiment;
}

/** The rows of an invalid experiment, as far as they can be read. */
function rowsOf(input: unknown): unknown[] {
  const { routers } = Object(input) as { routers?: unknown };
  return Array.isArray(routers) ? routers.map((row) => attempt([], () => readRow(row))) : [];
}

/** The task's options that a row has of its own, where the task is moekit's. */
function assertSettings(experiment: Experiment, row: unknown, { origin, path }: RowPlace): void {
  const task = builtInTasks.find(({ name }) => name === experiment.task);
  const { data, model } = row as RouterEntry;
  if (task && (data ?? model)) parseTaskOptions(task, settingsOf(experiment, { data, model }), origin, path); // prettier-ignore
}

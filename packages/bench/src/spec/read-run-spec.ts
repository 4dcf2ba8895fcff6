import type { MoekitError } from '@moekit/core';
import { parseOptions } from '@moekit/core';

import { builtInTasks } from '../plugins/built-in.js';
import { parseTaskOptions } from './task-options.js';
import type { TaskSettings } from './task-options.js';
import { attempt, joinPlaced } from './attempt.js';
import type { Origin } from './origin.js';
import type { ReadContext } from './row-errors.js';
import { isRecord, rowErrors } from './row-errors.js';
import type { RunSpec } from './run-spec.js';
import { runSpecSchema } from './run-spec.js';

/**
 * Validates a run, with the options of its router and its task where these are moekit's: all that can be known without
 * running the user's code.
 * @param before mistakes that were found on the way, reported first
 * @throws MOE_OPTIONS, BENCH_CONFIG, every mistake with its path
 */
export async function readRunSpec(
  input: object,
  origin: Origin,
  { before = [], ...context }: ReadContext & { readonly before?: readonly MoekitError[] },
): Promise<RunSpec> {
  const errors = [...before];
  const spec = attempt(errors, () =>
    parseOptions(runSpecSchema, input, origin.name, { at: origin.at }),
  );
  const run = (spec ?? input) as Partial<RunSpec>;
  const path = origin.flags?.includes('router') ? [] : ['router'];
  errors.push(...(await rowErrors(run.router, { origin, path }, context)));
  const { task: name = 'lm', data = {}, model = {} } = run;
  const task = builtInTasks.find((one) => one.name === name);
  if (task && isRecord(data) && isRecord(model)) {
    attempt(errors, () => parseTaskOptions(task, { data, model } as TaskSettings, origin));
  }
  const wrong = joinPlaced(errors, origin.name);
  if (wrong || !spec) throw wrong!;
  return spec;
}

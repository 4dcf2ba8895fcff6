import type { Path } from '@moekit/core';
import { describeIssues } from '@moekit/core';
import type { TaskPlugin } from '@moekit/models';

import { fail } from '../errors.js';
import type { Origin } from './origin.js';

type Settings = Readonly<Record<string, unknown>>;

/** The task's own options in an experiment. */
export interface TaskSettings {
  readonly data: Settings;
  readonly model: Settings;
}

interface Overrides {
  readonly data?: Settings | undefined;
  readonly model?: Settings | undefined;
}

/** The settings of one row: its own keys over those of the experiment. */
export function settingsOf(experiment: TaskSettings, row: Overrides = {}): TaskSettings {
  return {
    data: { ...experiment.data, ...row.data },
    model: { ...experiment.model, ...row.model },
  };
}

/**
 * Validates data and model by the task's own schema and fills in its defaults.
 * @param origin where they come from, for the message      @param path of the row that they belong to      @throws BENCH_CONFIG naming each wrong key
 */
export function parseTaskOptions(
  task: TaskPlugin,
  { data, model }: TaskSettings,
  { name, at }: Origin = { name: 'The experiment' },
  path: Path = [],
): TaskSettings {
  const result = task.options['~standard'].validate({ data, model });
  if (result instanceof Promise) {
    throw fail('BENCH_PLUGIN_EXPORT', {
      asked: `The options of task ${task.name} must be validated synchronously`,
      got: 'a promise',
      fix: 'Use a schema without asynchronous checks.',
    });
  }
  if (!result.issues) return result.value as TaskSettings;
  throw fail('BENCH_CONFIG', {
    asked: `${name} must fit the options of task ${task.name}`,
    ...describeIssues(result.issues, {
      input: { data, model },
      whole: 'data and model',
      path,
      at,
    }),
  });
}

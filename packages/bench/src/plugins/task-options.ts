import type { TaskPlugin } from '@moekit/models';

import { fail } from '../errors.js';

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
 * @param from where they come from, for the message      @throws BENCH_CONFIG naming each wrong key
 */
export function parseTaskOptions(
  task: TaskPlugin,
  { data, model }: TaskSettings,
  from = 'The experiment',
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
  const issues = result.issues.map(({ message, path = [] }) => ({
    message,
    keys: path.map((part) => (typeof part === 'object' ? part.key : part)),
  }));
  throw fail('BENCH_CONFIG', {
    asked: `${from} must fit the options of task ${task.name}`,
    got: issues.map(({ keys }) => `${nameOf(keys)} = ${shown({ data, model }, keys)}`).join('; '),
    fix: issues.map(({ keys, message }) => `${nameOf(keys)}: ${message}.`).join(' '),
  });
}

const nameOf = (keys: readonly PropertyKey[]) => keys.map(String).join('.') || 'data and model';

function shown(settings: unknown, keys: readonly PropertyKey[]): string {
  const value = keys.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    settings,
  );
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
}

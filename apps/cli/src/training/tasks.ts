import { builtInTasks } from '@moekit/bench';
import type { TaskPlugin } from '@moekit/models';
import { closest } from 'fastest-levenshtein';

import { fail } from '../errors.js';

/** The task of that name. @throws CLI_USAGE with the nearest name that exists */
export function taskNamed(name: string): TaskPlugin {
  const tasks = builtInTasks();
  const found = tasks.get(name);
  if (found) return found;
  const names = [...tasks.keys()];
  throw fail('CLI_USAGE', {
    asked: `The task must be one of ${names.join(', ')}`,
    got: name,
    fix: `Did you mean ${closest(name, names)}?`,
  });
}

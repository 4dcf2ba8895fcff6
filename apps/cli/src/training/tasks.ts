import { builtInTasks, findPackage, isPath, loadTask } from '@moekit/bench';
import type { TaskPlugin } from '@moekit/models';
import { closest } from 'fastest-levenshtein';

import { fail } from '../errors.js';

/**
 * The task of that name: one of moekit's, a file or an installed package, as `moekit bench` takes them.
 * @throws CLI_USAGE with the nearest name that exists, BENCH_PLUGIN_FILE, BENCH_PLUGIN_EXPORT
 */
export async function taskNamed(name: string): Promise<TaskPlugin> {
  const names = [...builtInTasks().keys()];
  if (names.includes(name) || isPath(name) || findPackage(name) !== undefined) {
    return loadTask(name);
  }
  throw fail('CLI_USAGE', {
    asked: `The task must be one of ${names.join(', ')}, a file or an installed package`,
    got: name,
    fix: `Did you mean ${closest(name, names)}?`,
  });
}

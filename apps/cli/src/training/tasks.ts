import type { TaskPlugin } from '@moekit/models';
import { languageModelling, translation, visionLanguage } from '@moekit/models';
import { closest } from 'fastest-levenshtein';

import { fail } from '../errors.js';

const TASKS = [
  languageModelling,
  translation,
  visionLanguage,
] as readonly unknown[] as readonly TaskPlugin[];

/** The task of that name. @throws CLI_USAGE with the nearest name that exists */
export function taskNamed(name: string): TaskPlugin {
  const found = TASKS.find((task) => task.name === name);
  if (found) return found;
  const names = TASKS.map((task) => task.name);
  throw fail('CLI_USAGE', {
    asked: `The task must be one of ${names.join(', ')}`,
    got: name,
    fix: `Did you mean ${closest(name, names)}?`,
  });
}

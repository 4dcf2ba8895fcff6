import type { TaskPlugin } from '@moekit/models';
import { languageModelling, translation, visionLanguage } from '@moekit/models/node';

/** The tasks that come with moekit, by name. */
export function builtInTasks(): ReadonlyMap<string, TaskPlugin> {
  const tasks = [languageModelling, translation, visionLanguage] as readonly unknown[];
  return new Map((tasks as readonly TaskPlugin[]).map((task) => [task.name, task]));
}

import type { TaskPlugin } from '@moekit/models';
import { languageModelling, visionLanguage } from '@moekit/models';

/** The tasks that come with moekit, by name. */
export function builtInTasks(): ReadonlyMap<string, TaskPlugin> {
  const tasks = [languageModelling, visionLanguage] as readonly unknown[] as readonly TaskPlugin[];
  return new Map(tasks.map((task) => [task.name, task]));
}

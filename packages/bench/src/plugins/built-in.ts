import type { TaskPlugin } from '@moekit/models';
import { languageModelling, translation, visionLanguage } from '@moekit/models/node';

/** The tasks that come with moekit; a task plug-in is contravariant in its options and its batches. */
export const builtInTasks = [
  languageModelling,
  translation,
  visionLanguage,
] as readonly unknown[] as readonly TaskPlugin[];

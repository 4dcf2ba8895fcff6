import type { LoadProgress } from '@moekit/data';
import type { TaskPlugin } from '@moekit/models';
import { z } from 'zod';

import { experimentSchema, routerEntrySchema } from '../spec/config.js';
import type { RouterEntry } from '../spec/config.js';
import { hashOf } from '../spec/hash.js';
import { labelOf } from '../spec/label.js';
import { resultsSchema } from '../results/results-schema.js';
import { loadTask } from '../plugins/load-task.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { TaskSettings } from '../spec/task-options.js';
import { parseTaskOptions, settingsOf } from '../spec/task-options.js';

/** An experiment, its rows under the labels that they have at last. */
export const taskRequestSchema = z.object({
  experiment: experimentSchema,
  rows: z.array(routerEntrySchema),
});

const { manifest, reference } = resultsSchema.shape;

/** The facts of a task and its data that an experiment needs, as plain data. */
export const taskFactsSchema = z.object({
  settings: z.object({
    data: z.record(z.string(), z.json()),
    model: z.record(z.string(), z.json()),
  }),
  metrics: manifest.shape.metrics,
  layer: manifest.shape.layer,
  data: manifest.shape.data,
  rowData: z.record(z.string(), z.string()),
  reference,
});

export type TaskRequest = z.output<typeof taskRequestSchema>;
export type TaskFacts = z.output<typeof taskFactsSchema>;

/**
 * Loads a task and its data, and validates the settings of every row.
 * @param onProgress called while data is fetched      @throws what each of these throws
 */
export async function inspectTask(
  { experiment, rows }: TaskRequest,
  registry: PluginRegistry,
  onProgress?: (progress: LoadProgress) => void,
): Promise<TaskFacts> {
  const task = await loadTask(experiment.task, registry);
  const settings = parseTaskOptions(task, experiment);
  const ownRows = rows.map((row) => ({
    row,
    settings: parseTaskOptions(task, settingsOf(experiment, row), { name: labelOf(row) }),
  }));
  const loaded = await task.load(settings, onProgress);
  const { description, reference: simple, metrics = task.metrics } = loaded;
  const { modelWidth, feedForwardWidth, activation } = task.layer(settings);
  return {
    settings: settings as TaskFacts['settings'],
    metrics: [...metrics],
    layer: { modelWidth, feedForwardWidth, activation },
    data: description,
    rowData: await hashRowData(task, ownRows),
    reference: simple ?? null,
  };
}

interface RowSettings {
  readonly row: RouterEntry;
  readonly settings: TaskSettings;
}

/** The sha256 of the data of rows that change the task's options, by label. */
async function hashRowData(
  task: TaskPlugin,
  rows: readonly RowSettings[],
): Promise<Record<string, string>> {
  const known = new Map<string, string>();
  const hashes: Record<string, string> = {};
  for (const { row, settings } of rows.filter(({ row: { data, model } }) => data ?? model)) {
    const key = hashOf(settings);
    const hash = known.get(key) ?? (await task.load(settings)).description.hash;
    known.set(key, hash);
    hashes[labelOf(row)] = hash;
  }
  return hashes;
}

import type { LoadProgress, TaskPlugin } from '@moekit/models';

import { pickBackend } from '../backend/choose-backend.js';
import { describeBackend } from '../backend/describe-backend.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { Preamble } from '../results/collect.js';
import { readVersions } from '../doctor/versions.js';
import { hashTask, loadTask } from '../tasks/load-task.js';
import type { TaskSettings } from '../tasks/task-options.js';
import { parseTaskOptions, settingsOf } from '../tasks/task-options.js';
import { checkRouters } from './check-routers.js';
import type { Experiment, RouterEntry } from './config.js';
import { hashOf } from './hash.js';
import { labelOf } from './label.js';

type Layer = Preamble['manifest']['layer'];

/**
 * Everything that can be known, and everything that can be wrong, before the first trial: task, routers, options, data,
 * backend, and the reference on the same split.
 * @param onProgress told of data that is fetched
 * @throws the coded errors of each
 */
export async function prepareExperiment(
  experiment: Experiment,
  registry: PluginRegistry,
  onProgress?: (progress: LoadProgress) => void,
): Promise<Preamble> {
  const { routers, files } = await checkRouters(experiment, registry);
  const backend = await pickBackend(experiment.backend);
  const task = await loadTask(experiment.task);
  const settings = parseTaskOptions(task, experiment) as Pick<Experiment, 'data' | 'model'>;
  const ownRows = routers.map((row) => ({
    row,
    settings: parseTaskOptions(task, settingsOf(experiment, row), labelOf(row)),
  }));
  const data = await task.load(settings, onProgress);
  const { description, reference, metrics = task.metrics } = data;
  const code = hashTask(experiment.task);
  const complete = { ...experiment, ...settings };
  const manifest = {
    experiment: { ...complete, routers },
    configHash: hashOf(complete),
    backend: backend.name,
    versions: { ...readVersions(), ...(await describeBackend(backend)) },
    metrics: [...metrics],
    layer: layerOf(task.layer(settings)),
    data: description,
    files: { ...files, ...(code !== null && { [experiment.task]: code }) },
    rowData: await hashRowData(task, ownRows),
    differences: [],
  };
  return { manifest, reference: reference ?? null };
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

function layerOf({ modelWidth, feedForwardWidth, activation }: Layer): Layer {
  return { modelWidth, feedForwardWidth, activation };
}

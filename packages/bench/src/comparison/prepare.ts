import { describeBackend, pickBackend } from '@moekit/backends';
import type { LoadProgress } from '@moekit/data';

import type { PluginRegistry } from '../plugins/registry.js';
import type { Preamble } from './collect.js';
import { readVersions } from '../versions/read-versions.js';
import { hashTask } from '../plugins/load-task.js';
import { checkRouters } from '../trial/check-routers.js';
import type { CheckedRouters } from '../trial/check-routers.js';
import type { Experiment } from '../spec/config.js';
import { hashOf } from '../spec/hash.js';
import type { Inspector } from '../trial/inspector.js';
import { inspectHere } from '../trial/inspector.js';

/** How foreign code is checked, and who receives the progress of downloads. */
export interface Preparation {
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** `inspectApart` for code that may do anything; by default it is loaded in this process. */
  readonly inspector?: Inspector;
}

export type Prepared = Preamble & Pick<CheckedRouters, 'unusable'>;

/**
 * Everything that can be known, and everything that can be wrong, before the first trial: task, routers, options, data,
 * backend, and the reference on the same split.
 * @throws the coded errors of each
 */
export async function prepareExperiment(
  experiment: Experiment,
  registry: PluginRegistry,
  { onProgress, inspector = inspectHere(registry) }: Preparation = {},
): Promise<Prepared> {
  const { routers, files, unusable } = await checkRouters(experiment, registry, inspector);
  const backend = await pickBackend(experiment.backend);
  const code = hashTask(experiment.task, registry);
  const { task } = code === null ? inspectHere(registry) : inspector;
  const request = { experiment, rows: [...routers] };
  const { settings, reference, ...facts } = await task(request, onProgress);
  const complete = { ...experiment, ...settings };
  const manifest = {
    experiment: { ...complete, routers },
    configHash: hashOf(complete),
    backend: backend.name,
    versions: { ...readVersions(), ...(await describeBackend(backend)) },
    ...facts,
    files: { ...files, ...(code !== null && { [experiment.task]: code }) },
    differences: [],
    changedFiles: [],
  };
  return { manifest, reference, unusable };
}

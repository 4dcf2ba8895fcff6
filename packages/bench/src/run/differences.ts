import type { StartedBackend } from '@moekit/backends';

import type { OpenedRun } from './open-run.js';

/** The identity that an evaluation shares with the training of its checkpoint. */
export interface Differences {
  /** In words, of what decides the figures; empty where all is as it was. */
  readonly differs: readonly string[];
  readonly dataAsTrained: boolean;
}

/** Compares the data, the code, the backend and the versions of now with those that a checkpoint was trained with. */
export function differencesFromTraining(
  { manifest, stored, code, data }: OpenedRun,
  { name: backend, versions }: StartedBackend,
): Differences {
  const dataAsTrained = data.description.hash === manifest.data.hash;
  const names = Object.keys({ ...manifest.versions, ...versions }).filter(
    (name) => name !== 'node' && manifest.versions[name] !== versions[name],
  );
  return {
    dataAsTrained,
    differs: [
      dataAsTrained ? [] : `data (${data.description.name})`,
      code.router === stored.code.router ? [] : `code of the router (${stored.router.router})`,
      code.task === stored.code.task ? [] : `code of the task (${stored.task})`,
      backend === manifest.backend ? [] : `backend (${manifest.backend}, now ${backend})`,
      names.length === 0 ? [] : `versions (${names.join(', ')})`,
    ].flat(),
  };
}

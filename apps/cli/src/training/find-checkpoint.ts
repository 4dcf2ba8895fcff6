import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Metric } from '@moekit/models';
import { CheckpointFolder } from '@moekit/models';

/**
 * The checkpoint behind a path: itself, or the last (or best) one of the run whose folder it is.
 * A path that leads to neither comes back as it is, for its reader to refuse.
 * @param best what the best goes by; the last one when absent
 */
export async function findCheckpoint(path: string, best?: Metric): Promise<string> {
  if (existsSync(join(path, 'manifest.json'))) return path;
  for (const folder of [join(path, 'checkpoints'), path]) {
    if (!existsSync(folder)) continue;
    const checkpoints = new CheckpointFolder(folder, best ? { best } : {});
    const found = (best && (await checkpoints.best())) ?? (await checkpoints.latest());
    if (found) return found.path;
  }
  return path;
}

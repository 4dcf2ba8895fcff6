import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Metric } from '@moekit/models';
import type { Found, StoredCheckpoint } from '@moekit/models/node';
import { CheckpointFolder } from '@moekit/models/node';

import { oneLine } from '../output/paint.js';
import { say } from '../output/terminal.js';

/**
 * The checkpoint behind a path: itself, or the last (or best) whole one of the run whose folder it is. Broken ones that
 * are skipped for it are named on stderr. A path that leads to no checkpoint comes back as it is, for its reader to
 * refuse.
 * @param best what the best goes by; the last one when absent
 * @throws MODELS_CHECKPOINT_* when the run has checkpoints and none is whole
 */
export async function findCheckpoint(path: string, best?: Metric): Promise<string> {
  if (existsSync(join(path, 'manifest.json'))) return path;
  for (const folder of [join(path, 'checkpoints'), path]) {
    if (!existsSync(folder)) continue;
    const checkpoints = new CheckpointFolder(folder, best ? { best } : {});
    const found = best && (await checkpoints.best()) && (await checkpoints.bestWhole());
    const chosen = wholeOf(found ?? (await checkpoints.latestWhole()));
    if (chosen) return chosen.path;
  }
  return path;
}

/**
 * The whole one of what was found, after a line on stderr about each broken one.
 * @throws why the first cannot be read, when there are some and none is whole
 */
export function wholeOf({ whole, broken }: Found): StoredCheckpoint | undefined {
  if (!whole && broken[0]) throw broken[0].error;
  for (const { path, error } of broken) {
    say(`warning: ${path} is skipped: ${oneLine(error.message)}\n`);
  }
  if (broken.length > 0) say(`warning: ${whole!.path} is used instead\n`);
  return whole;
}

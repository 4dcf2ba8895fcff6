import { join } from 'node:path';

import { parts } from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';
import type { CheckpointFolder, Retention } from '@moekit/models/node';
import type { DependencyContainer } from 'tsyringe';

/** The checkpoints of the run in a folder. */
export function checkpointsIn(
  container: DependencyContainer,
  folder: string,
  retention: Retention = {},
): CheckpointFolder {
  return resolveBinding(container, parts.checkpoints)(join(folder, 'checkpoints'), retention);
}

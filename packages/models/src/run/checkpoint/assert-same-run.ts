import { fail } from '../../errors.js';
import { differencesOf } from './differences.js';
import type { CheckpointManifest, CheckpointRun } from './manifest.js';

/**
 * Whether resuming from a checkpoint gives the results of an uninterrupted run, bit for bit.
 * The version of Node.js may differ.
 * @throws MODELS_CHECKPOINT_MISMATCH naming what differs
 */
export function assertSameRun(
  { config, training, data, backend, versions }: CheckpointManifest,
  now: CheckpointRun,
): void {
  const before: CheckpointRun = { config, training, data, backend, versions };
  const differing = differencesOf(withoutNode(before), withoutNode(now));
  if (differing.length === 0) return;
  const more = differing.length > 3 ? ` and ${differing.length - 3} more` : '';
  throw fail('MODELS_CHECKPOINT_MISMATCH', {
    asked: 'A resumed run must match its checkpoint',
    got: `${differing.slice(0, 3).join('; ')}${more}`,
    fix: 'Use the same configuration, data, backend and versions, or start a new run in another folder.',
  });
}

function withoutNode({ versions: { node: _, ...versions }, ...run }: CheckpointRun): CheckpointRun {
  return { ...run, versions };
}

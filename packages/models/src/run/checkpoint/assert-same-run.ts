import { fail } from '../../errors.js';
import type { Difference } from './differences.js';
import { describe, listDifferences } from './differences.js';
import type { CheckpointManifest, CheckpointRun } from './manifest.js';

/**
 * Whether resuming from a checkpoint gives the results of an uninterrupted run, bit for bit.
 * The version of Node.js may differ.
 * @throws MODELS_CHECKPOINT_MISMATCH naming what differs
 */
export function assertSameRun(manifest: CheckpointManifest, now: CheckpointRun): void {
  const differing = differencesOfRuns(manifest, now);
  if (differing.length > 0) throw otherRun(differing);
}

/** The differences between a checkpoint's run and one of now, except for the version of Node.js. */
export function differencesOfRuns(
  { config, training, data, backend, versions }: CheckpointManifest,
  now: CheckpointRun,
): Difference[] {
  const before: CheckpointRun = { config, training, data, backend, versions };
  return listDifferences(withoutNode(before), withoutNode(now));
}

export function otherRun(differing: readonly Difference[]) {
  const more = differing.length > 3 ? ` and ${differing.length - 3} more` : '';
  return fail('MODELS_CHECKPOINT_MISMATCH', {
    asked: 'A resumed run must match its checkpoint',
    got: `${differing.slice(0, 3).map(describe).join('; ')}${more}`,
    fix: 'Use the same configuration, data, backend and versions. Only training.steps may grow. Other settings make another run: start it in another folder, from this checkpoint with --branch or --from.',
  });
}

function withoutNode({ versions: { node: _, ...versions }, ...run }: CheckpointRun): CheckpointRun {
  return { ...run, versions };
}

import type { TrainableModel } from '../../contract.js';
import type { AdamW } from '../../training/adamw.js';
import type { CheckpointManifest } from './manifest.js';
import { openCheckpoint } from './read-checkpoint.js';
import { restoreTensors } from './restore-tensors.js';
import { stateTensors } from './state-tensors.js';

export interface RestoreTarget {
  readonly model: Pick<TrainableModel, 'namedVariables'>;
  /** Gets its moments and step too; without it the weights alone are read, as evaluation needs them. */
  readonly optimiser?: AdamW;
}

/**
 * Puts a checkpoint's values into a model, and into an optimiser. Everything is checked before the first value changes.
 * @throws MODELS_CHECKPOINT_MISSING, MODELS_CHECKPOINT_CORRUPT, MODELS_CHECKPOINT_VERSION, MODELS_CHECKPOINT_MISMATCH
 */
export async function restoreCheckpoint(
  folder: string,
  { model, optimiser }: RestoreTarget,
): Promise<CheckpointManifest> {
  const { manifest, tensors } = await openCheckpoint(folder);
  try {
    const targets = stateTensors(model, optimiser);
    await restoreTensors(tensors, targets, optimiser !== undefined);
    optimiser?.resumeAt(manifest.step);
    return manifest;
  } finally {
    await tensors.close();
  }
}

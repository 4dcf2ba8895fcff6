import { join } from 'node:path';

import { fail } from '../../errors.js';
import type { LeastWeights } from '../../task.js';
import { TENSORS_FILE } from './manifest.js';
import { openSafetensors } from './safetensors-read.js';
import { isOptimiserTensor } from './state-tensors.js';

/**
 * Whether a checkpoint can be of a model, by the header of its tensors' file alone. A configuration decides sizes that
 * are built before tensors are compared one by one; those of the file are bounded by its own size.
 * @throws MODELS_CHECKPOINT_MISMATCH, MODELS_CHECKPOINT_CORRUPT, and what the file system throws
 */
export async function assertHolds(folder: string, least: LeastWeights | undefined): Promise<void> {
  if (!least) return;
  const { entries, close } = await openSafetensors(join(folder, TENSORS_FILE));
  await close();
  const weights = [...entries].filter(([name]) => !isOptimiserTensor(name));
  const elements = weights.reduce((sum, [, { begin, end }]) => sum + (end - begin) / 4, 0);
  if (least.tensors <= weights.length && least.elements <= elements) return;
  throw fail('MODELS_CHECKPOINT_MISMATCH', {
    asked: `The model of this configuration needs at least ${least.elements} elements in ${least.tensors} tensors`,
    got: `${elements} in ${weights.length} tensors in ${folder}`,
    fix: 'Use another checkpoint; this one is left unchanged.',
  });
}

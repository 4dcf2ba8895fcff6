import type { Variable } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';

import type { TrainableModel } from '../../contract.js';
import { fail } from '../../errors.js';
import type { AdamW } from '../../training/adamw.js';
import type { CheckpointManifest } from './manifest.js';
import { openCheckpoint } from './read-checkpoint.js';
import type { SafetensorsFile } from './safetensors-read.js';
import { isOptimiserTensor, stateTensors } from './state-tensors.js';
import { damaged } from './strict-json.js';

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
    assertSameTensors(tensors, targets, optimiser !== undefined);
    for (const name of targets.keys()) assertFinite(name, await tensors.read(name));
    for (const [name, variable] of targets) {
      assign(variable, await tensors.read(name));
    }
    optimiser?.resumeAt(manifest.step);
    return manifest;
  } finally {
    await tensors.close();
  }
}

/** A model of such weights computes nothing. */
function assertFinite(name: string, values: Float32Array | Int32Array): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index === -1) return;
  throw damaged(`The tensor ${name} of a checkpoint`, `${values[index]} at index ${index}`);
}

function assign(variable: Variable, values: Float32Array | Int32Array): void {
  const next = tensor(values, variable.shape, variable.dtype as 'float32' | 'int32');
  variable.assign(next);
  next.dispose();
}

function assertSameTensors(
  { entries }: SafetensorsFile,
  targets: ReadonlyMap<string, Variable>,
  withOptimiser: boolean,
): void {
  const wrong: string[] = [];
  for (const [name, { shape, dtype }] of targets) {
    const entry = entries.get(name);
    if (!entry) wrong.push(`no ${name}`);
    else if (
      entry.shape.join() !== shape.join() ||
      (entry.dtype === 'I32') !== (dtype === 'int32')
    ) {
      wrong.push(`${name} of shape [${entry.shape.join(', ')}] for [${shape.join(', ')}]`);
    }
  }
  for (const name of entries.keys()) {
    if (!targets.has(name) && (withOptimiser || !isOptimiserTensor(name))) {
      wrong.push(`${name}, which the model has not`);
    }
  }
  if (wrong.length === 0) return;
  const more = wrong.length > 3 ? ` and ${wrong.length - 3} more` : '';
  throw fail('MODELS_CHECKPOINT_MISMATCH', {
    asked: 'The checkpoint must contain the tensors of the model it is restored into',
    got: `${wrong.slice(0, 3).join('; ')}${more}`,
    fix: 'Build the model with the configuration in its manifest.',
  });
}

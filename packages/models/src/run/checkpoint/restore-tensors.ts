import type { Variable } from '@tensorflow/tfjs-core';
import { tensor } from '@tensorflow/tfjs-core';

import { fail } from '../../errors.js';
import type { TensorEntry } from './safetensors-header.js';
import { isOptimiserTensor } from './state-tensors.js';
import { damaged } from './strict-json.js';

/** The tensors of a checkpoint, wherever they are. */
export interface StoredTensors {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** The values of one tensor, owned by the caller. @param name one of `entries` */
  read(name: string): Promise<Float32Array | Int32Array>;
}

/**
 * Puts stored values into variables. Everything is checked before the first value changes.
 * @param withOptimiser whether the targets hold an optimiser's moments too; else those stored are left aside
 * @throws MODELS_CHECKPOINT_MISMATCH, MODELS_CHECKPOINT_CORRUPT
 */
export async function restoreTensors(
  tensors: StoredTensors,
  targets: ReadonlyMap<string, Variable>,
  withOptimiser: boolean,
): Promise<void> {
  assertSameTensors(tensors, targets, withOptimiser);
  for (const name of targets.keys()) assertFinite(name, await tensors.read(name));
  for (const [name, variable] of targets) {
    assign(variable, await tensors.read(name));
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
  { entries }: StoredTensors,
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
    fix: 'Build the model with the sizes, the router and the tokenizer in its manifest.',
  });
}

import type { Rank, ShapeMap, Variable } from '@tensorflow/tfjs-core';
import { tensor, tidy, variable } from '@tensorflow/tfjs-core';

import { assertKinds } from '../arguments/assert-kinds.js';
import { fail } from '../errors.js';

/**
 * A weight from its initial values. `variable(tensor(...))` on its own would leak the initial tensor.
 * @param values as many as `shape` holds
 * @param trainable false for state that afterStep moves: saved in checkpoints, left alone by optimisers
 * @returns float32 variable, owned by the caller; survives a tidy
 */
export function parameter<R extends Rank = Rank>(
  values: Float32Array,
  shape: ShapeMap[R],
  trainable = true,
): Variable<R> {
  assertKinds('parameter', { values, shape }, { values: 'numbers', shape: 'numbers' });
  assertCount(values, shape);
  return tidy(() => variable(tensor<R>(values, shape, 'float32'), trainable));
}

function assertCount(values: Float32Array, shape: readonly number[]): void {
  const size = shape.reduce((product, width) => product * width, 1);
  if (values.length === size) return;
  throw fail('MOE_SHAPE', {
    asked: `A parameter of shape [${shape.join(', ')}] needs ${size} values`,
    got: String(values.length),
    fix: 'Pass that many.',
  });
}

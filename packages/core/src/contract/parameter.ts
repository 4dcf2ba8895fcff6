import type { Rank, ShapeMap, Variable } from '@tensorflow/tfjs-core';
import { tensor, tidy, variable } from '@tensorflow/tfjs-core';

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
  return tidy(() => variable(tensor<R>(values, shape, 'float32'), trainable));
}

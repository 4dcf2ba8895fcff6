import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';
import { engine, tensor, util } from '@tensorflow/tfjs-core';

import { findBackend } from '../backends/find-backend.js';
import { assertKinds } from '../errors/assert-kinds.js';
import { fail } from '../errors/codes.js';
import { describeValue } from '../errors/describe-value.js';

/**
 * A tensor whose numbers the host writes: in host memory right where they are read, without an array for the collector.
 * @param fill writes every number; it makes no tensor, for that may move the memory      @returns float32
 * @throws KERNELS_VALUE unless both are of their kinds
 */
export function filled<R extends Rank>(
  shape: ShapeMap[R],
  fill: (values: Float32Array) => void,
): Tensor<R> {
  assertSizes(shape);
  assertKinds('filled', { fill }, { fill: 'function' });
  const memory = findBackend()?.memory;
  const size = util.sizeFromShape(shape);
  if (!memory || size === 0) {
    const values = new Float32Array(size);
    fill(values);
    return tensor(values, shape, 'float32');
  }
  const made = memory.makeOutput(engine().backend as never, shape);
  fill(memory.view(engine().backend as never, made) as Float32Array);
  return engine().makeTensorFromTensorInfo(made) as Tensor<R>;
}

function assertSizes(shape: readonly number[]): void {
  const isShape =
    Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size >= 0);
  if (isShape) return;
  throw fail('KERNELS_VALUE', {
    asked: 'filled needs a shape, an array of whole numbers from 0',
    got: describeValue(shape),
    fix: 'Pass one such as [2, 3].',
  });
}

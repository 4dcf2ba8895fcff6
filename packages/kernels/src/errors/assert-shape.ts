import type { Tensor } from '@tensorflow/tfjs-core';

import { describeValue, isLiveTensor } from './describe-value.js';
import { fail } from './codes.js';

/** @throws KERNELS_SHAPE unless x is a tensor that is not disposed, of the expected type and shape; `null` is any size */
export function assertShape(
  operation: string,
  argument: string,
  x: Tensor,
  expected: readonly (number | null)[],
  dtype: 'float32' | 'int32' = 'float32',
): void {
  const fits =
    isLiveTensor(x) &&
    x.dtype === dtype &&
    x.rank === expected.length &&
    expected.every((size, axis) => size === null || size === x.shape[axis]);
  if (fits) return;
  throw fail('KERNELS_SHAPE', {
    asked: `${operation} needs ${argument} as ${dtype} [${expected.map((n) => n ?? 'any').join(', ')}]`,
    got: describeValue(x),
    fix: isLiveTensor(x)
      ? 'Check that the tensor and the plan come from the same routing.'
      : 'Pass a tensor that has not been disposed.',
  });
}

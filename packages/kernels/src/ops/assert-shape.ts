import type { Tensor } from '@tensorflow/tfjs-core';

import { describeValue, isLiveTensor } from '../errors/describe-value.js';
import { fail } from '../errors/codes.js';

/** @throws KERNELS_SHAPE unless x is a tensor that is not disposed, float32 of the expected shape; `null` stands for any size. */
export function assertShape(
  operation: string,
  argument: string,
  x: Tensor,
  expected: readonly (number | null)[],
): void {
  const fits =
    isLiveTensor(x) &&
    x.dtype === 'float32' &&
    x.rank === expected.length &&
    expected.every((size, axis) => size === null || size === x.shape[axis]);
  if (fits) return;
  throw fail('KERNELS_SHAPE', {
    asked: `${operation} needs ${argument} as float32 [${expected.map((n) => n ?? 'any').join(', ')}]`,
    got: describeValue(x),
    fix: isLiveTensor(x)
      ? 'Check that the tensor and the plan come from the same routing.'
      : 'Pass a tensor that has not been disposed.',
  });
}

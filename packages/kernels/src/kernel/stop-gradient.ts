import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

import { describeValue, isLiveTensor } from '../errors/describe-value.js';
import { fail } from '../errors/codes.js';

/**
 * The same values as a tensor that the gradient tape does not know: shares memory with `x`, costs no kernel.
 * Gradient: none, anything computed from it is a constant.      Ownership: the caller disposes the result.
 */
export function stopGradient<T extends Tensor>(x: T): T {
  assertTensor(x);
  const { backend } = engine();
  backend.incRef(x.dataId);
  return engine().makeTensorFromTensorInfo({
    dataId: x.dataId,
    shape: x.shape,
    dtype: x.dtype,
  }) as T;
}

function assertTensor(x: unknown): void {
  if (isLiveTensor(x)) return;
  throw fail('KERNELS_SHAPE', {
    asked: 'stopGradient needs a tensor',
    got: describeValue(x),
    fix: 'Pass a tensor that has not been disposed.',
  });
}

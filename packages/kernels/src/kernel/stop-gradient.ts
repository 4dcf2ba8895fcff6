import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

import { assertKinds } from '../errors/assert-kinds.js';

/**
 * The same values as a tensor that the gradient tape does not know: shares memory with `x`, costs no kernel.
 * Gradient: none, anything computed from it is a constant.      Ownership: the caller disposes the result.
 */
export function stopGradient<T extends Tensor>(x: T): T {
  assertKinds('stopGradient', { x }, { x: 'tensor' });
  const { backend } = engine();
  backend.incRef(x.dataId);
  return engine().makeTensorFromTensorInfo({
    dataId: x.dataId,
    shape: x.shape,
    dtype: x.dtype,
  }) as T;
}

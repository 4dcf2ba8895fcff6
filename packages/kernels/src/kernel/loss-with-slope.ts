import type { GradSaveFunc, Scalar, Tensor } from '@tensorflow/tfjs-core';
import { customGrad, mul } from '@tensorflow/tfjs-core';

/**
 * A loss of x that is computed together with its gradient.
 * @param compute gets x off the tape, returns the loss, a scalar, and its slope of x's shape
 * @returns float32 scalar, owned by the caller      Gradient: through x, once (the slope is a constant).
 */
export function lossWithSlope(x: Tensor, compute: (x: Tensor) => [Scalar, Tensor]): Scalar {
  return customGrad<Scalar>((...inputs) => {
    const [input, save] = inputs as [Tensor, GradSaveFunc];
    const [value, slope] = compute(input);
    save([slope]);
    return { value, gradFunc: (dy, saved) => mul(saved[0]!, dy) };
  })(x);
}

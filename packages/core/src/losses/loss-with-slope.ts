import type { GradSaveFunc, Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { customGrad, mul } from '@tensorflow/tfjs-core';

/**
 * A loss of x that is computed together with its gradient.
 * @param compute gets x off the tape, returns the loss, a scalar, and its slope of x's shape
 * @returns float32 scalar, owned by the caller      Gradient: through x, once (the slope is a constant).
 */
export function lossWithSlope(x: Tensor, compute: (x: Tensor) => Tensor[]): Scalar {
  return customGrad<Scalar>((...inputs) => {
    const [input, save] = inputs as [Tensor, GradSaveFunc];
    const [value, slope] = compute(input) as [Scalar, Tensor];
    save([slope]);
    return { value, gradFunc: (dy, saved) => mul(saved[0]!, dy) };
  })(x);
}

/** The input that fused losses take a token mask under; none where every token takes part. */
export function present(tokenMask: Tensor1D | undefined): { readonly present?: Tensor1D } {
  return tokenMask ? { present: tokenMask } : {};
}

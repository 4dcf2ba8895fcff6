import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { clone, customGrad, scalar } from '@tensorflow/tfjs-core';

/**
 * The output unchanged, with a loss hung on it: whatever is minimised over the output is minimised over
 * `anything + loss`.
 *
 * Reason: `LayersModel.fit` adds `layer.calculateLosses()` to its loss, but only of layers that are directly in the model.
 * In a nested `tf.sequential`, in a wrapper (`timeDistributed`) and in your own training loop it is never called, so the
 * router would silently train without its balancing loss. A gradient that travels with the output is missed
 * nowhere, and counted once however often the output is used.
 * Formula:  forward y;  backward dL/dy = dy, dL/dloss = 1
 * @returns a new tensor of the output's shape      Gradient: through output and loss.
 */
export function attachLoss<T extends Tensor>(output: T, loss: Scalar): T {
  const attached = customGrad((...inputs) => ({
    value: clone(inputs[0] as T),
    gradFunc: (dy: Tensor) => [clone(dy), scalar(1)],
  }));
  return attached(output, loss) as T;
}

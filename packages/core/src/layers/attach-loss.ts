import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { clone, customGrad, scalar } from '@tensorflow/tfjs-core';

/**
 * The output unchanged, with a loss hung on it: whatever is minimised over the output is minimised over
 * `anything + loss`.
 *
 * Why so: `LayersModel.fit` adds `layer.calculateLosses()` to what it minimises, but only of layers that stand in the
 * model itself. In a nested `tf.sequential`, in a wrapper (`timeDistributed`) and in a training loop of one's own it
 * asks nobody, and a router would train without balance, silently. A gradient that travels with the output is missed
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

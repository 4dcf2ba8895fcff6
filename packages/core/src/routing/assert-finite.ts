import { plansOnDevice, registerKernels, stopGradient } from '@moekit/kernels';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import { fail } from '../errors.js';

/**
 * Stops NaN and infinity where they enter a router. The selection functions check the scores they are given; a router
 * that selects on something that hides infinity (a sigmoid, a clip) checks its logits with this. A backend that plans
 * on the device (WebGPU) is not read back in a step, so there it checks nothing, as the selection functions do.
 * @param logits float32 [T,E]
 * @throws MOE_NON_FINITE naming the token      Gradient: none, reads the values back.
 */
export function assertFinite(logits: Tensor2D, what = 'Router logits'): void {
  registerKernels();
  if (plansOnDevice()) return;
  const detached = stopGradient(logits);
  const values = detached.dataSync<'float32'>();
  detached.dispose();
  let at = 0;
  while (at < values.length && Number.isFinite(values[at])) at++;
  if (at === values.length) return;
  throw fail('MOE_NON_FINITE', {
    asked: `${what} must be finite`,
    got: `${values[at]} for token ${Math.floor(at / logits.shape[1])}`,
    fix: 'Look for NaN in the layer input, or for a learning rate that is too high.',
  });
}

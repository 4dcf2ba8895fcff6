import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { getBackend, getKernel } from '@tensorflow/tfjs-core';

import { DevicePlan } from './device-plan.js';
import { run } from './run.js';
import { stopGradient } from './stop-gradient.js';

/** True where the current backend plans without reading the mask back. */
export function plansOnDevice(): boolean {
  return getKernel('MoePlan', getBackend()) !== undefined;
}

/** Plans a mask of at most `maxRows` pairs (T*E by default) without reading it. */
export function planOnDevice(mask: Tensor2D, maxRows = Infinity): DevicePlan {
  const [numTokens, numExperts] = mask.shape;
  const numRows = Math.min(maxRows, numTokens * numExperts);
  const detached = stopGradient(mask);
  const table = run<Tensor1D>('MoePlan', { mask: detached }, { numRows });
  detached.dispose();
  return new DevicePlan({ numTokens, numExperts, numRows }, table);
}

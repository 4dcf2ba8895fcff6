import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { ones, tidy } from '@tensorflow/tfjs-core';

import { DevicePlan } from '../plan/device-plan.js';
import { hasKernel, run } from '../kernel/run.js';
import { stopGradient } from '../kernel/stop-gradient.js';

/** True where the current backend plans without reading the mask back. */
export function plansOnDevice(): boolean {
  return hasKernel('MoePlan');
}

/** Plans a mask of at most `maxRows` pairs (T*E by default) without reading it. */
export function planOnDevice(mask: Tensor2D, maxRows = Infinity): DevicePlan {
  const [numTokens, numExperts] = mask.shape;
  const numRows = Math.min(maxRows, numTokens * numExperts);
  return new DevicePlan({ numTokens, numExperts, numRows }, tableOf(mask, numRows));
}

/** The plan of one expert that takes every token. */
export function densePlanOnDevice(numTokens: number): DevicePlan {
  const sizes = { numTokens, numExperts: 1, numRows: numTokens };
  return new DevicePlan(sizes, () => tidy(() => tableOf(ones([numTokens, 1]), numTokens)));
}

function tableOf(mask: Tensor2D, numRows: number): Tensor1D {
  const detached = stopGradient(mask);
  const table = run('MoePlan', { mask: detached }, { numRows });
  detached.dispose();
  return table;
}

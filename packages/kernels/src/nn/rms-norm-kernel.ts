import type { Tensor } from '@tensorflow/tfjs-core';

import type { Gradient } from '../kernel/gradient.js';
import type { HostKernel } from '../backends/contract/host-kernel.js';
import { fused } from './fused.js';

/** (x [T,D], gain [D]) -> y [T,D]. */
export const rmsNormKernel: HostKernel<'MoeRmsNorm'> = {
  kernelName: 'MoeRmsNorm',
  outputShapes: ({ x }) => [x],
  compute: ([y], { x, gain }, { epsilon }) => {
    const width = gain.length;
    for (let at = 0; at < x.length; at += width) {
      const r = inverseRms(x, at, width, epsilon);
      for (let d = 0; d < width; d++) y[at + d] = x[at + d]! * r * gain[d]!;
    }
  },
};

export const rmsNormGradient: Gradient<'MoeRmsNorm'> = {
  kernelName: 'MoeRmsNorm',
  saved: ['x', 'gain'],
  of: (dy, saved, attributes) => {
    const [x, gain] = saved as [Tensor, Tensor];
    const [dx, dgain] = fused(gradientKernel)!({ dy, x, gain }, attributes);
    return { x: () => dx, gain: () => dgain };
  },
};

/** (dy [T,D], x [T,D], gain [D]) -> dx [T,D] and dgain [D], summed in token order. */
const gradientKernel: HostKernel<'MoeRmsNormGradient'> = {
  kernelName: 'MoeRmsNormGradient',
  outputShapes: ({ x, gain }) => [x, gain],
  compute: ([dx, dgain], { dy, x, gain }, { epsilon }) => {
    const width = gain.length;
    dgain.fill(0);
    for (let at = 0; at < x.length; at += width) {
      const r = inverseRms(x, at, width, epsilon);
      let along = 0;
      for (let d = 0; d < width; d++) along += dy[at + d]! * gain[d]! * x[at + d]!;
      along *= (r * r) / width;
      for (let d = 0; d < width; d++) {
        dx[at + d] = r * (dy[at + d]! * gain[d]! - x[at + d]! * along);
        dgain[d]! += dy[at + d]! * x[at + d]! * r;
      }
    }
  },
};

function inverseRms(x: Float32Array, at: number, width: number, epsilon: number): number {
  let squares = 0;
  for (let d = 0; d < width; d++) squares += x[at + d]! * x[at + d]!;
  return 1 / Math.sqrt(squares / width + epsilon);
}

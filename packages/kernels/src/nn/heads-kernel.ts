import type { Tensor } from '@tensorflow/tfjs-core';

import type { Gradient } from '../kernel/gradient.js';
import type { HostKernel } from '../backends/contract/host-kernel.js';
import { fused } from './fused.js';
import type { HeadsShape } from '../kernel/heads-shape.js';

/** (x [B*L,3D], cosines and sines [L,Dh]) -> queries, keys, values [B,H,L,Dh]. */
export const splitHeadsKernel: HostKernel<'MoeSplitHeads'> = {
  kernelName: 'MoeSplitHeads',
  outputShapes: (_inputs, { batchSize, numHeads, length, headWidth }) => {
    const byHead = [batchSize, numHeads, length, headWidth];
    return [byHead, byHead, byHead];
  },
  // no destructuring inside the loops: it makes them three times slower in V8
  compute: ([q, k, v], { x, cosines, sines }, shape) => {
    const { headWidth, numHeads } = shape;
    const modelWidth = numHeads * headWidth;
    const scale = 1 / Math.sqrt(headWidth);
    forEachHead(shape, (joined, split, angle) => {
      for (let i = 0, j = headWidth / 2; j < headWidth; i++, j++) {
        const cos = cosines[angle + i]!;
        const sin = sines[angle + i]!;
        const qi = x[joined + i]! * scale;
        const qj = x[joined + j]! * scale;
        q[split + i] = qi * cos - qj * sin;
        q[split + j] = qj * cos + qi * sin;
        const ki = x[joined + modelWidth + i]!;
        const kj = x[joined + modelWidth + j]!;
        k[split + i] = ki * cos - kj * sin;
        k[split + j] = kj * cos + ki * sin;
        v[split + i] = x[joined + 2 * modelWidth + i]!;
        v[split + j] = x[joined + 2 * modelWidth + j]!;
      }
    });
  },
};

export const splitHeadsGradient: Gradient<'MoeSplitHeads'> = {
  kernelName: 'MoeSplitHeads',
  saved: ['cosines', 'sines'],
  of: ([dq, dk, dv], saved, shape) => {
    const [cosines, sines] = saved as [Tensor, Tensor];
    return { x: () => fused(joinHeadsKernel)!({ dq, dk, dv, cosines, sines }, shape)[0] };
  },
};

/** The adjoint: gradients by head, rotated back, to [B*L,3D]. */
const joinHeadsKernel: HostKernel<'MoeJoinHeads'> = {
  kernelName: 'MoeJoinHeads',
  outputShapes: (_inputs, { batchSize, numHeads, length, headWidth }) => [
    [batchSize * length, 3 * numHeads * headWidth],
  ],
  compute: ([dx], { dq, dk, dv, cosines, sines }, shape) => {
    const { headWidth, numHeads } = shape;
    const modelWidth = numHeads * headWidth;
    const scale = 1 / Math.sqrt(headWidth);
    forEachHead(shape, (joined, split, angle) => {
      for (let i = 0, j = headWidth / 2; j < headWidth; i++, j++) {
        const cos = cosines[angle + i]!;
        const sin = sines[angle + i]!;
        const qi = dq[split + i]! * scale;
        const qj = dq[split + j]! * scale;
        dx[joined + i] = qi * cos + qj * sin;
        dx[joined + j] = qj * cos - qi * sin;
        const ki = dk[split + i]!;
        const kj = dk[split + j]!;
        dx[joined + modelWidth + i] = ki * cos + kj * sin;
        dx[joined + modelWidth + j] = kj * cos - ki * sin;
        dx[joined + 2 * modelWidth + i] = dv[split + i]!;
        dx[joined + 2 * modelWidth + j] = dv[split + j]!;
      }
    });
  },
};

/** Visits each head of each token: the place of its query in [B*L,3D] and [B,H,L,Dh], and its angles in the tables. */
function forEachHead(
  { batchSize, length, numHeads, headWidth }: HeadsShape,
  visit: (joined: number, split: number, angle: number) => void,
): void {
  for (let b = 0; b < batchSize; b++) {
    for (let l = 0; l < length; l++) {
      const token = (b * length + l) * 3 * numHeads * headWidth;
      for (let h = 0; h < numHeads; h++) {
        const split = ((b * numHeads + h) * length + l) * headWidth;
        visit(token + h * headWidth, split, l * headWidth);
      }
    }
  }
}

import type { Tensor } from '@tensorflow/tfjs-core';

import type { HostKernel } from '../host-kernel.js';
import { runOnHost } from '../host-kernel.js';

/** Sizes of the heads of one batch. */
export interface HeadsShape {
  readonly batchSize: number;
  readonly length: number;
  readonly numHeads: number;
  readonly headWidth: number;
}

/** (x [B*L,3D], cosines and sines [L,Dh]) -> queries, keys, values [B,H,L,Dh]. */
export const splitHeadsKernel: HostKernel<'x' | 'cosines' | 'sines', HeadsShape> = {
  kernelName: 'MoeSplitHeads',
  outputShapes: (_inputs, { batchSize, numHeads, length, headWidth }) => {
    const byHead = [batchSize, numHeads, length, headWidth];
    return [byHead, byHead, byHead];
  },
  compute: (outputs, { x, cosines, sines }, shape) =>
    forEachHead(shape, (which, joined, split, position) => {
      const half = shape.headWidth / 2;
      const scale = scaleOf(which, shape);
      const out = outputs[which]!;
      for (let i = 0; i < half; i++) {
        const [a, b] = [x[joined + i]!, x[joined + half + i]!];
        const cos = which === VALUE ? 1 : cosines[position + i]! * scale;
        const sin = which === VALUE ? 0 : sines[position + i]! * scale;
        out[split + i] = a * cos - b * sin;
        out[split + half + i] = b * cos + a * sin;
      }
    }),
  gradient: {
    inputsToSave: ['cosines', 'sines'],
    gradFunc: (dys, saved, attributes) => {
      const [dq, dk, dv] = dys as [Tensor, Tensor, Tensor];
      const [cosines, sines] = saved as [Tensor, Tensor];
      const inputs = { dq, dk, dv, cosines, sines };
      return {
        x: () => runOnHost(joinHeadsKernel, inputs, attributes as unknown as HeadsShape)[0]!,
      };
    },
  },
};

/** The adjoint: gradients by head, rotated back, to [B*L,3D]. */
const joinHeadsKernel: HostKernel<'dq' | 'dk' | 'dv' | 'cosines' | 'sines', HeadsShape> = {
  kernelName: 'MoeJoinHeads',
  outputShapes: (_inputs, { batchSize, numHeads, length, headWidth }) => [
    [batchSize * length, 3 * numHeads * headWidth],
  ],
  compute: ([dx], { dq, dk, dv, cosines, sines }, shape) => {
    const half = shape.headWidth / 2;
    const gradients = [dq, dk, dv];
    forEachHead(shape, (which, joined, split, position) => {
      const scale = scaleOf(which, shape);
      const dy = gradients[which]!;
      for (let i = 0; i < half; i++) {
        const [a, b] = [dy[split + i]!, dy[split + half + i]!];
        const cos = which === VALUE ? 1 : cosines[position + i]! * scale;
        const sin = which === VALUE ? 0 : sines[position + i]! * scale;
        dx![joined + i] = a * cos + b * sin;
        dx![joined + half + i] = b * cos - a * sin;
      }
    });
  },
};

const VALUE = 2;

/** Queries carry the 1/sqrt(Dh) of the scores. */
function scaleOf(which: number, { headWidth }: HeadsShape): number {
  return which === 0 ? 1 / Math.sqrt(headWidth) : 1;
}

/** Visits each head's row of queries (0), keys (1) and values (2): where it lies joined, split, and in the tables. */
function forEachHead(
  { batchSize, length, numHeads, headWidth }: HeadsShape,
  visit: (which: number, joined: number, split: number, position: number) => void,
): void {
  const modelWidth = numHeads * headWidth;
  for (let b = 0; b < batchSize; b++) {
    for (let l = 0; l < length; l++) {
      const token = (b * length + l) * 3 * modelWidth;
      for (let which = 0; which < 3; which++) {
        for (let h = 0; h < numHeads; h++) {
          const split = ((b * numHeads + h) * length + l) * headWidth;
          visit(which, token + which * modelWidth + h * headWidth, split, l * headWidth);
        }
      }
    }
  }
}

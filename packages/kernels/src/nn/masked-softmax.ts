import type { GradSaveFunc, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { add, customGrad, mul, softmax, sub, sum } from '@tensorflow/tfjs-core';

import type { HostKernel } from '../backends/contract/host-kernel.js';
import { fused } from './fused.js';

/**
 * Attention weights: softmax over the last axis of scores plus mask.
 * @param scores float32 [B,H,Lq,Lk]      @param mask float32, a constant that broadcasts to the scores
 * @returns float32 [B,H,Lq,Lk], owned by the caller
 *   Gradient: through scores, p (dy - sum(dy p)).
 */
export function maskedSoftmax(scores: Tensor4D, mask: Tensor): Tensor4D {
  return customGrad<Tensor4D>((...inputs) => {
    const [z, save] = inputs as [Tensor4D, GradSaveFunc];
    const value = softmax(add<Tensor4D>(z, mask));
    save([value]);
    return { value, gradFunc: (dy, [probs]) => softmaxGradient(dy, probs!) };
  })(scores);
}

export function softmaxGradient(dy: Tensor, probs: Tensor): Tensor {
  const kernel = fused(softmaxGradientKernel);
  if (!kernel) return composedGradient(dy, probs);
  return kernel({ dy, probs }, { width: probs.shape.at(-1)! })[0];
}

/** The same from tfjs operations. */
export function composedGradient(dy: Tensor, probs: Tensor): Tensor {
  return mul(probs, sub(dy, sum(mul(dy, probs), -1, true)));
}

const softmaxGradientKernel: HostKernel<'MoeSoftmaxGradient'> = {
  kernelName: 'MoeSoftmaxGradient',
  outputShapes: ({ probs }) => [probs],
  compute: ([dz], { dy, probs }, { width }) => {
    for (let at = 0; at < probs.length; at += width) {
      let along = 0;
      for (let i = at; i < at + width; i++) along += dy[i]! * probs[i]!;
      for (let i = at; i < at + width; i++) dz[i] = probs[i]! * (dy[i]! - along);
    }
  },
};

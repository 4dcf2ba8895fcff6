import type { GradSaveFunc, Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  customGrad,
  div,
  gather,
  log,
  max,
  mean,
  mul,
  neg,
  ones,
  range,
  reshape,
  softmax,
  sub,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';

import { assertShape } from '../errors/assert-shape.js';
import { fusedKernel } from '../kernel/fused-kernel.js';
import { lossWithSlope } from '../kernel/loss-with-slope.js';

/**
 * Mean negative log-likelihood, in nats.
 * Formula:  L = mean_t (max z_t - z_t[target] - log max p_t),  p = softmax(z)
 * Stable: the largest probability is at least 1/V, so its logarithm is harmless, and no sum of exponentials is formed
 * apart from the softmax.
 * @param logits float32 [T,V]      @param targets int32 [T], all below V      @returns float32 scalar, owned by the caller
 *   Gradient: through the logits, (p - onehot) / T. The one-hot matrix is a segment sum of ones: tfjs's `oneHot`
 *   writes integer bits into float32 tensors on wasm (4.22).
 */
export function crossEntropy(logits: Tensor2D, targets: Tensor1D): Scalar {
  assertShape('crossEntropy', 'logits', logits, [null, null]);
  assertShape('crossEntropy', 'targets', targets, [logits.shape[0]], 'int32');
  const forward = fusedKernel('MoeCrossEntropy');
  if (!forward) return composedCrossEntropy(logits, targets);
  return lossWithSlope(logits, (z) => forward({ logits: z, targets }, {}));
}

/** The same from tfjs operations. */
export function composedCrossEntropy(logits: Tensor2D, targets: Tensor1D): Scalar {
  const [tokens, vocab] = logits.shape;
  return customGrad<Scalar>((...inputs) => {
    const [z, save] = inputs as [Tensor2D, GradSaveFunc];
    const probs = softmax(z); // [T,V]
    const picks = add<Tensor1D>(targets, range(0, tokens * vocab, vocab, 'int32')); // [T] in [T*V]
    const target = gather(reshape(z, [-1]), picks); // [T]
    const likelihood = add(sub(target, max(z, 1)), log(max(probs, 1))); // [T]
    save([probs, picks]);
    return {
      value: neg<Scalar>(mean(likelihood)),
      gradFunc: (dy, saved) => {
        const [p, at] = saved as [Tensor2D, Tensor1D];
        const oneHot = unsortedSegmentSum(ones([tokens]), at, tokens * vocab); // [T*V]
        return mul(sub(p, reshape(oneHot, p.shape)), div(dy, tokens)); // [T,V]
      },
    };
  })(logits);
}

import type { GradSaveFunc, Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  customGrad,
  gather,
  log,
  max,
  mean,
  mul,
  ones,
  range,
  reshape,
  softmax,
  sub,
  tidy,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';

/**
 * Mean cross entropy with smoothed labels, in nats (Szegedy 2016): the target has all but `smoothing` of the mass, which
 * every entry shares.
 * Formula:  L = mean_t (-(1-s) log p_t[target] - s/V sum_v log p_tv),  dL/dz = (p - (1-s) onehot - s/V) / T
 * @param logits float32 [T,V]      @param targets int32 [T], all below V      @param smoothing s, 0 for none
 * @returns float32 scalar, owned by the caller      Gradient: through the logits.
 */
export function smoothedCrossEntropy(
  logits: Tensor2D,
  targets: Tensor1D,
  smoothing: number,
): Scalar {
  const [tokens, vocab] = logits.shape;
  return customGrad<Scalar>((...inputs) => {
    const [z, save] = inputs as [Tensor2D, GradSaveFunc];
    const probs = softmax(z); // [T,V]
    const picks = add<Tensor1D>(targets, range(0, tokens * vocab, vocab, 'int32')); // [T] in [T*V]
    const said = add(
      mul(gather(reshape(z, [-1]), picks), 1 - smoothing),
      mul(mean(z, 1), smoothing),
    ); // [T]
    // log-sum-exp as max z - log max p: the largest probability is at least 1/V
    const normaliser = sub(max(z, 1), log(max(probs, 1))); // [T]
    save([probs, picks]);
    return {
      value: mean<Scalar>(sub(normaliser, said)),
      gradFunc: (dy, saved) => gradient(dy, saved as [Tensor2D, Tensor1D], smoothing),
    };
  })(logits);
}

/** The one-hot matrix is a segment sum of its ones, with all factors in: three passes over [T,V]. */
function gradient(dy: Tensor, [probs, picks]: [Tensor2D, Tensor1D], smoothing: number): Tensor {
  const [tokens, vocab] = probs.shape;
  return tidy(() => {
    const scale = mul(dy, 1 / tokens);
    const taken = mul(ones([tokens]), smoothing - 1); // [T]
    const oneHot = reshape(unsortedSegmentSum(taken, picks, tokens * vocab), probs.shape); // [T,V]
    return mul(sub(add(probs, oneHot), smoothing / vocab), scale);
  });
}

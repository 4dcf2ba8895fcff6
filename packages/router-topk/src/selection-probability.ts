import { select, selectTopK } from '@moekit/core';
import type { GradSaveFunc, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  customGrad,
  div,
  erf,
  exp,
  mul,
  neg,
  onesLike,
  square,
  sub,
  sum,
} from '@tensorflow/tfjs-core';

export interface NoisyScores {
  /** float32 [T,E] x Wg */
  readonly clean: Tensor2D;
  /** float32 [T,E] H, clean plus the noise that was drawn. */
  readonly noisy: Tensor2D;
  /** float32 [T,E] standard deviation of the noise, above 0. */
  readonly spread: Tensor2D;
}

/**
 * How likely each expert was to be among the k highest, had its own noise alone been drawn again.
 * Formula:  P_te = Phi((clean_te - kth_excluding(H_t, k, e)) / spread_te)   (1701.06538 eq. 8 and 9)
 * @param within float32 [T,E] of 0/1, the k highest of H
 * @returns float32 [T,E] in [0, 1]; the constant 1 where k = E
 *   Gradient: through clean, spread and, at the threshold, H; which expert is the threshold is a constant.
 */
export function selectionProbability(
  { clean, noisy, spread }: NoisyScores,
  within: Tensor2D,
  k: number,
): Tensor2D {
  if (k === clean.shape[1]) return onesLike(clean);
  const kth = select(noisy, (h) => (k === 1 ? within.clone() : sub(within, selectTopK(h, k - 1))));
  const next = select(noisy, (h) => sub(selectTopK(h, k + 1), within));
  // Without expert e itself the k-th highest is the next one if e is in, and the k-th if it is not.
  return probabilityOf({ within, kth, next })(clean, noisy, spread);
}

interface Masks {
  readonly within: Tensor2D;
  readonly kth: Tensor2D;
  readonly next: Tensor2D;
}

/** P of clean, H and spread, with a gradient of its own: a tape would keep a copy of each of its twelve steps. */
function probabilityOf({ within, kth, next }: Masks) {
  return customGrad<Tensor2D>((...inputs) => {
    const [clean, noisy, spread, save] = inputs as [Tensor, Tensor, Tensor, GradSaveFunc];
    const others: Tensor = sub(1, within);
    const threshold = add(mul(within, scoreOf(noisy, next)), mul(others, scoreOf(noisy, kth))); // [T,E]
    const above = sub(clean, threshold);
    const z = mul(div(above, spread), Math.SQRT1_2);
    save([above, spread, z, within, others, kth, next]);
    return { value: mul<Tensor2D>(0.5, add(1, erf(z))), gradFunc: gradientOf };
  });
}

/** Of clean, H and spread. */
function gradientOf(dy: Tensor, saved: Tensor[]): Tensor[] {
  const [above, spread, z, within, others, kth, next] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]; // prettier-ignore
  const density = mul(exp(neg(square(z))), 2 / Math.sqrt(Math.PI));
  const ofDeviation = mul(mul(mul(dy, 0.5), density), Math.SQRT1_2);
  const ofClean = div(ofDeviation, spread);
  const ofThreshold = neg(ofClean);
  const ofNoisy = add(
    mul(sum(mul(ofThreshold, within), 1, true), next),
    mul(sum(mul(ofThreshold, others), 1, true), kth),
  );
  return [ofClean, ofNoisy, neg(div(mul(ofDeviation, above), square(spread)))];
}

/** The score under a mask with a single 1 in each row. */
function scoreOf(scores: Tensor, single: Tensor): Tensor {
  return sum(mul(scores, single), 1, true);
}

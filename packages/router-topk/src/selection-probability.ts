import { topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, div, erf, mul, onesLike, sub, sum, zerosLike } from '@tensorflow/tfjs-core';

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
 * @returns float32 [T,E] in [0, 1]; the constant 1 where k = E
 *   Gradient: through clean, spread and, at the threshold, H; which expert is the threshold is a constant.
 */
export function selectionProbability({ clean, noisy, spread }: NoisyScores, k: number): Tensor2D {
  if (k === clean.shape[1]) return onesLike(clean);
  const below = k === 1 ? zerosLike(clean) : topExperts(noisy, k - 1);
  const within = topExperts(noisy, k);
  const beyond = topExperts(noisy, k + 1);
  const kth = scoreOf(noisy, sub(within, below)); // [T,1]
  const next = scoreOf(noisy, sub(beyond, within)); // [T,1]
  // Without expert e itself the k-th highest is the next one if e is in, and the k-th if it is not.
  const threshold = add(mul(within, next), mul(sub(1, within), kth)); // [T,E]
  const deviations = div(sub(clean, threshold), spread);
  return mul(0.5, add(1, erf(mul(deviations, Math.SQRT1_2))));
}

/** The score under a mask with a single 1 in each row. */
function scoreOf(scores: Tensor2D, single: Tensor2D): Tensor2D {
  return sum(mul(scores, single), 1, true);
}

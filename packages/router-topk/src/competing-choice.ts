import type { Rng } from '@moekit/core';
import { select, selectedSoftmax, stopGradient } from '@moekit/core';
import { topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { abs, add, max, mul, step, sub } from '@tensorflow/tfjs-core';

import { drawExpert } from './draw-expert.js';

/** Finite, so that it can be ranked; its negative is below every logit. */
const CLOSED = 1e30;

/** The scores of some experts, and what ranks below any for the others. */
function among(scores: Tensor2D, some: Tensor2D): Tensor2D {
  return add(mul(scores, some), mul(sub(some, 1), CLOSED));
}

export interface Choice {
  /** float32 [T,E] of 0/1, one 1 per row, a constant. */
  readonly chosen: Tensor2D;
  /** float32 [T,E], the softmax over the experts that compete. */
  readonly shares: Tensor2D;
}

/**
 * One choice among the experts that are left: all where none is taken.
 * Formula:  A_t = { e left : (m_t - z_te) / max(|z_te|, m_t) <= 2 jitter },  m_t = max over the experts left of z_te
 *   shares = softmax over A_t;  the expert with the highest z, in training one drawn from the shares
 */
export function chooseAmongClose(
  logits: Tensor2D,
  jitter: number,
  noise?: Rng,
  left?: Tensor2D,
): Choice {
  const ranked = left ? select(logits, (z) => among(z, left)) : logits;
  const competing = select(logits, (z) => {
    const best: Tensor2D = max(stopGradient(ranked), 1, true); // [T,1]
    const distance = sub(best, z);
    const beyond = (size: Tensor2D) => step(sub(distance, mul(size, 2 * jitter)));
    const close: Tensor2D = sub(1, mul(beyond(abs(z)), beyond(best))); // far is what is beyond both
    return left ? mul(close, left) : close;
  });
  const shares = selectedSoftmax(logits, competing);
  return { chosen: noise ? drawExpert(shares, noise) : topExperts(ranked, 1), shares };
}

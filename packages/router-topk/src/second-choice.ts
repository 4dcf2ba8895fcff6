import type { Rng } from '@moekit/core';
import { select, selectedSoftmax, selectTopK } from '@moekit/core';
import { topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, cast, greater, maximum, mul, step, sub, sum, tensor2d } from '@tensorflow/tfjs-core';

/** The policies of Mesh TensorFlow, and of NLLB but for its sampling among all experts. */
export const SECOND_CHOICES = ['random', 'threshold', 'all', 'none'] as const;
export type SecondChoice = (typeof SECOND_CHOICES)[number];

/**
 * The first choice, and the second where the policy keeps it.
 * Formula:  random     with probability min(1, g2 / threshold)
 *           threshold  where g2 > threshold,  g2 = p2 / (p1 + p2)   (Mesh TensorFlow, second_policy)
 * @param top float32 [T,E] of 0/1, both choices      @returns float32 [T,E] of 0/1, a constant
 */
export function keptChoices(
  policy: Exclude<SecondChoice, 'all'>,
  { logits, top, threshold, rng }: ChoiceParts,
): Tensor2D {
  if (policy === 'random') return keepSecondChoices(logits, rng, threshold);
  const first = topExperts(logits, 1);
  if (policy === 'none') return first;
  const sure = select(logits, (z) => cast(greater(selectedSoftmax(z, top), threshold), 'float32'));
  return maximum(first, sure);
}

interface ChoiceParts {
  readonly logits: Tensor2D;
  readonly top: Tensor2D;
  readonly threshold: number;
  readonly rng: Rng;
}

/**
 * The random second choice of GShard: an expert that would get little weight is often not worth its room.
 * Formula:  kept with probability min(1, g2 / threshold),  g2 = p2 / (p1 + p2)   (2006.16668 algorithm 1: 2 g2 > u)
 *   u < g2 / threshold  where  z1 - z2 < log(1 / (u threshold) - 1): the draws are made into bounds of a difference, which every
 *   backend rounds alike, so that equal logits give equal decisions and no score is read back
 * @param logits float32 [T,E]      @param rng one uniform number is read for each token, padding included
 * @param threshold in (0, 1]: 0.5 in the paper, 0.2 in Mesh TensorFlow
 * @returns float32 [T,E] of 0/1, a constant: the first choice and, where it is kept, the second; ties go to the lower index
 */
export function keepSecondChoices(logits: Tensor2D, rng: Rng, threshold: number): Tensor2D {
  return select(logits, (z) => {
    const first = selectTopK(z, 1);
    const second = sub<Tensor2D>(selectTopK(z, 2), first);
    const lead = sub(sum(mul(z, first), 1, true), sum(mul(z, second), 1, true)); // z1 - z2, [T,1]
    const kept = step(sub(boundsOf(rng, threshold, z.shape[0]), lead));
    return add(first, mul(second, kept));
  });
}

/** A second choice this far below the first has no weight left. */
const FARTHEST = 709;

/** float32 [T,1]: a second choice is kept whose logit is less than this below the first. */
function boundsOf(rng: Rng, threshold: number, tokens: number): Tensor2D {
  const bounds = Float32Array.from({ length: tokens }, () => {
    const odds = 1 / (rng.uniform() * threshold) - 1; // u = 0 has infinite ones
    return odds > 0 ? Math.min(Math.log(odds), FARTHEST) : -FARTHEST;
  });
  return tensor2d(bounds, [tokens, 1]);
}

import type { Rng } from '@moekit/core';
import { select, selectedSoftmax, selectOnHost } from '@moekit/core';
import { topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { cast, greater, maximum } from '@tensorflow/tfjs-core';

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
 * @param logits float32 [T,E]      @param rng one uniform number is read for each token, padding included
 * @param threshold in (0, 1]: 0.5 in the paper, 0.2 in Mesh TensorFlow
 * @returns float32 [T,E] of 0/1, a constant: the first choice and, where it is kept, the second. Decided in float64
 *   from the logits, so equal logits give equal decisions on every backend; ties go to the lower expert index.
 */
export function keepSecondChoices(logits: Tensor2D, rng: Rng, threshold: number): Tensor2D {
  return select(logits, (scores) =>
    selectOnHost(scores, (values, tokens, experts) => {
      const mask = new Float32Array(tokens * experts);
      for (let t = 0; t < tokens; t++) {
        const row = values.subarray(t * experts, (t + 1) * experts);
        const [first, second] = twoHighest(row);
        const weight = 1 / (1 + Math.exp(row[first]! - row[second]!));
        mask[t * experts + first] = 1;
        if (rng.uniform() < weight / threshold) mask[t * experts + second] = 1;
      }
      return mask;
    }),
  );
}

function twoHighest(row: Float32Array): [number, number] {
  let [first, second] = row[1]! > row[0]! ? [1, 0] : [0, 1];
  for (let e = 2; e < row.length; e++) {
    if (row[e]! > row[first]!) [first, second] = [e, first];
    else if (row[e]! > row[second]!) second = e;
  }
  return [first, second];
}

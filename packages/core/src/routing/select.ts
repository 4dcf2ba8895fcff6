import { describeValue, isLiveTensor, stopGradient } from '@moekit/kernels';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { customGrad, zerosLike } from '@tensorflow/tfjs-core';

import { assertTensor } from '../arguments/assert-arguments.js';
import { assertKinds } from '../arguments/assert-kinds.js';
import { fail } from '../errors.js';

/**
 * Takes a routing decision outside the gradient tape.
 * The mask is a constant: write `combineWeights = mul(probs, mask)` and the gradient flows through `probs` alone.
 *
 *     const mask = select(logits, (z) => selectTopK(z, 2));
 *
 * @param scores float32 [T,E], logits or probabilities
 * @param decide gets the scores detached from the tape, returns float32 [T,E] of 0/1; ties must go to the lower expert
 *   index, then to the lower token index, as `selectTopK`, `selectThreshold` and `limitCapacity` of @moekit/kernels do
 * @throws MOE_ROUTING when the mask has another shape than the scores
 */
export function select(scores: Tensor2D, decide: (scores: Tensor2D) => Tensor2D): Tensor2D {
  assertTensor('scores of select', scores, ['T', 'E']);
  assertKinds('select', { decide }, { decide: 'function' });
  const detached = stopGradient(scores);
  const mask = offTape((z) => asMask(decide(z), z), detached);
  if (mask !== detached) detached.dispose();
  return mask;
}

/** @throws MOE_ROUTING */
function asMask(mask: Tensor2D, { shape: [tokens, experts] }: Tensor2D): Tensor2D {
  const isFit = isLiveTensor(mask) && mask.rank === 2;
  if (isFit && mask.shape[0] === tokens && mask.shape[1] === experts) return mask;
  throw fail('MOE_ROUTING', {
    asked: `A selection mask must have the shape of the scores, [${tokens}, ${experts}]`,
    got: describeValue(mask),
    fix: 'Return one 0/1 entry for each token and expert.',
  });
}

/** Decides inside a gradient of its own: a tape that records the decision keeps a copy of every step of it. */
function offTape(decide: (scores: Tensor2D) => Tensor2D, scores: Tensor2D): Tensor2D {
  return customGrad<Tensor2D>((z) => ({
    value: decide(z as Tensor2D),
    gradFunc: (dy) => zerosLike(dy),
  }))(scores);
}

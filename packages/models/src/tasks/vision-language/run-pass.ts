import { stopGradient } from '@moekit/kernels';
import { crossEntropy } from '@moekit/kernels/nn';
import type { Rank, Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  argMax,
  cast,
  concat,
  equal,
  matMul,
  mul,
  notEqual,
  reshape,
  slice,
  sum,
  tensor1d,
  tensor2d,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';

import type { ForwardOptions } from '../../contract.js';
import type { TaskPass } from '../../task.js';
import { asTensors } from './as-tensors.js';
import type { VisionLanguageBatch } from './batch.js';
import { sumByGroup } from './modality-sums.js';
import { QUESTION_KINDS } from './question.js';
import { TOKEN_GROUPS } from './sequence.js';
import type { VisionLanguageModel } from './vision-language-model.js';

/**
 * One pass with what `readFigures` reads.
 * @param options.taskLoss false: the loss is reported, but no gradient goes through it
 * @returns tensors owned by the caller: call it inside a tidy or a gradient function
 */
export function runPass(
  model: VisionLanguageModel,
  batch: VisionLanguageBatch,
  { taskLoss, ...options }: ForwardOptions & { readonly taskLoss: boolean },
): TaskPass {
  const input = asTensors(batch);
  const { logits, routings, losses } = model.forward(input, options);
  const ids = tensor1d(batch.targetIds, 'int32');
  const loss = crossEntropy(logits, ids);
  const groups = tensor2d(batch.groups, [TOKEN_GROUPS.length, batch.mask.length]);
  return {
    loss: taskLoss ? loss : withoutGradient(loss),
    routings,
    losses,
    ...(input.labels && { labels: input.labels }),
    tokenMasks: routings.map(() => input.tokenMask),
    figures: concat([countRight(logits, ids, batch), sumByGroup(routings, groups)]),
  };
}

/** Right answers by kind, then questions by kind: float32 [2 * kinds], constant. */
function countRight(logits: Tensor2D, ids: Tensor1D, batch: VisionLanguageBatch): Tensor1D {
  const { size, kinds, targetOwners } = batch;
  const said = argMax(stopGradient(logits), 1); // [N]
  const wrong = cast<Tensor1D>(notEqual(said, ids), 'float32');
  const owners = tensor1d(targetOwners, 'int32');
  const perAnswer = slice(unsortedSegmentSum(wrong, owners, size + 1), 0, size); // [B]
  const right = cast(equal(perAnswer, 0), 'float32');
  const byKind = tensor2d(kinds, [QUESTION_KINDS.length, size]);
  const counts = matMul(byKind, reshape(right, [size, 1])); // [kinds,1]
  return concat([reshape<Rank.R1>(counts, [-1]), sum<Tensor1D>(byKind, 1)]);
}

/** The loss as a figure: every gradient through it is 0. */
function withoutGradient(loss: Scalar): Scalar {
  return add(mul(loss, 0), stopGradient(loss));
}

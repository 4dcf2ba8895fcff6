import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  addN,
  concat,
  gather,
  reshape,
  slice,
  stack,
  sum,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';

import type { DispatchPlan } from '../../plan/plan.js';
import { expertSlices } from './products.js';

/** [T,D] -> [S,D] */
export function dispatchComposed(x: Tensor2D, plan: DispatchPlan): Tensor {
  return gatherRows(x, plan.tokenIndices);
}

/**
 * Rows summed per token, in expert order: the j-th row of every token is gathered for j = 0, 1, ..., a zero row
 * standing in where a token has fewer, and the gathered blocks are added in turn. No scatter, so the order of the
 * additions is fixed. [S,D] -> [T,D]
 */
export function reduceComposed(y: Tensor2D, plan: DispatchPlan): Tensor {
  const depth = deepestToken(plan);
  if (depth === 0) return zeros([plan.numTokens, y.shape[1]]);
  const padded = concat([y, zeros([1, y.shape[1]]) as Tensor2D], 0);
  const slots = Array.from({ length: depth }, (_, j) => gatherRows(padded, rowsOfSlot(plan, j)));
  return addN(slots);
}

/** [E,F] -> [S,F] */
export function expertRowsComposed(bias: Tensor2D, plan: DispatchPlan): Tensor {
  return gatherRows(bias, plan.expertIndices);
}

/** [S,F] -> [E,F] */
export function expertSumComposed(y: Tensor2D, plan: DispatchPlan): Tensor {
  const sums = Array.from({ length: plan.numExperts }, () => zeros([y.shape[1]]) as Tensor);
  for (const { expert, first, rows } of expertSlices(plan)) {
    sums[expert] = sum(slice(y, [first, 0], [rows, -1]), 0);
  }
  return stack(sums);
}

/** [T,E] -> [S,1] */
export function rowWeightsComposed(weights: Tensor2D, plan: DispatchPlan): Tensor {
  const flat = reshape(weights, [-1, 1]) as Tensor2D;
  return gatherRows(
    flat,
    plan.tokenIndices.map((t, s) => t * plan.numExperts + plan.expertIndices[s]!),
  );
}

/** [S,1] -> [T,E]: each entry gathers its row, or the zero row behind the last. */
export function scatterWeightsComposed(rows: Tensor2D, plan: DispatchPlan): Tensor {
  const source = new Int32Array(plan.numTokens * plan.numExperts).fill(plan.numRows);
  plan.tokenIndices.forEach((t, s) => (source[t * plan.numExperts + plan.expertIndices[s]!] = s));
  const padded = concat([rows, zeros([1, 1]) as Tensor2D], 0);
  return reshape(gatherRows(padded, source), [plan.numTokens, plan.numExperts]);
}

function gatherRows(x: Tensor2D, indices: Int32Array): Tensor {
  return indices.length === 0 ? zeros([0, x.shape[1]]) : gather(x, tensor1d(indices, 'int32'), 0);
}

function deepestToken(plan: DispatchPlan): number {
  let depth = 0;
  for (let t = 0; t < plan.numTokens; t++) {
    depth = Math.max(depth, plan.tokenOffsets[t + 1]! - plan.tokenOffsets[t]!);
  }
  return depth;
}

function rowsOfSlot(plan: DispatchPlan, slot: number): Int32Array {
  return Int32Array.from({ length: plan.numTokens }, (_, t) => {
    const at = plan.tokenOffsets[t]! + slot;
    return at < plan.tokenOffsets[t + 1]! ? plan.tokenRows[at]! : plan.numRows;
  });
}

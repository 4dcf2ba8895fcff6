import type { Tensor2D } from '@tensorflow/tfjs-core';
import { tensor2d } from '@tensorflow/tfjs-core';

import { assertOptions } from './assert-rows.js';
import { assertKinds } from '../errors/assert-kinds.js';
import { assertShape } from '../errors/assert-shape.js';
import type { CapacityPriority } from '../kernel/capacity-priority.js';
import { priorities } from '../kernel/capacity-priority.js';
import { describeValue } from '../errors/describe-value.js';
import { fail } from '../errors/codes.js';
import { readSync } from '../kernel/read.js';
import { registerKernels } from '../backends/register.js';
import { run } from '../kernel/run.js';

/**
 * The k experts with the highest logits; equal logits go to the lower expert index.
 * @param logits float32 [T,E]      @returns float32 [T,E] of 0/1 with k ones in each row, owned by the caller
 * @throws KERNELS_VALUE unless 1 <= k <= E, KERNELS_NON_FINITE      Gradient: none (see `select` of @moekit/core).
 */
export function selectTopK(logits: Tensor2D, k: number): Tensor2D {
  assertShape('selectTopK', 'logits', logits, [null, null]);
  if (!Number.isInteger(k) || k < 1 || k > logits.shape[1]) {
    throw fail('KERNELS_VALUE', {
      asked: `selectTopK needs a whole k from 1 to the number of experts, ${logits.shape[1]}`,
      got: String(k),
      fix: 'Choose fewer experts per token, or give the layer more experts.',
    });
  }
  registerKernels();
  return run('MoeSelectTopK', { logits }, { k });
}

/**
 * XMoE's selection: experts by falling probability while the probability before them is below the threshold
 * (arXiv 2403.18926): the expert that crosses it is in, and at least one always is. Decided in float64 from the
 * logits, so equal logits give equal decisions on every backend.
 * @param logits float32 [T,E]      @param threshold t; 0 gives top-1, 1 gives all experts of an unsaturated token
 * @returns float32 [T,E] of 0/1, owned by the caller
 * @throws KERNELS_VALUE, KERNELS_NON_FINITE      Gradient: none.
 */
export function selectThreshold(logits: Tensor2D, threshold: number): Tensor2D {
  assertShape('selectThreshold', 'logits', logits, [null, null]);
  if (!(threshold >= 0 && threshold <= 1)) {
    throw fail('KERNELS_VALUE', {
      asked: 'selectThreshold needs a threshold from 0 to 1',
      got: String(threshold),
      fix: 'XMoE uses 0.9.',
    });
  }
  registerKernels();
  return run('MoeSelectThreshold', { logits }, { threshold });
}

/**
 * Drops what an expert has no room for. Each expert serves first choices before second choices, and within a choice
 * in token order or by falling probability; remaining ties go to the lower token index.
 * @param mask float32 [T,E] of 0/1, what was selected      @param logits float32 [T,E] that ranked the selection
 * @param capacity rows each expert computes at most      @returns float32 [T,E] of 0/1, owned by the caller
 * @throws KERNELS_VALUE      Gradient: none.
 */
export function limitCapacity(
  mask: Tensor2D,
  logits: Tensor2D,
  options: { capacity: number; priority: CapacityPriority },
): Tensor2D {
  assertShape('limitCapacity', 'mask', mask, [null, null]);
  assertShape('limitCapacity', 'logits', logits, mask.shape);
  assertOptions('limitCapacity', options, ['capacity', 'priority']);
  const { capacity, priority } = options;
  if (!Number.isInteger(capacity) || capacity < 0) {
    throw fail('KERNELS_VALUE', {
      asked: 'limitCapacity needs a whole capacity of at least 0',
      got: String(capacity),
      fix: 'Round the capacity up before passing it.',
    });
  }
  if (!priorities.includes(priority)) {
    throw fail('KERNELS_VALUE', {
      asked: `limitCapacity needs a priority, one of ${priorities.join(', ')}`,
      got: describeValue(priority),
      fix: 'XMoE evaluates with rank-then-probability, the other papers with rank-then-arrival.',
    });
  }
  registerKernels();
  return run('MoeLimitCapacity', { mask, logits }, { capacity, priority });
}

/**
 * Any other rule, as plain numbers on the host: for routers whose selection the functions above do not express.
 * @param scores float32 [T,E]      @param decide gets the values row by row ([t * E + e]) and returns as many 0/1
 * @returns float32 [T,E], owned by the caller
 * @throws KERNELS_SYNC_READ, KERNELS_SHAPE      Gradient: none.
 */
export function selectOnHost(
  scores: Tensor2D,
  decide: (values: Float32Array, numTokens: number, numExperts: number) => Float32Array,
): Tensor2D {
  assertShape('selectOnHost', 'scores', scores, [null, null]);
  assertKinds('selectOnHost', { decide }, { decide: 'function' });
  const [tokens, experts] = scores.shape;
  const mask = decide(readSync(scores), tokens, experts);
  if (mask?.length !== tokens * experts) {
    throw fail('KERNELS_SHAPE', {
      asked: `The decision of selectOnHost must be ${tokens * experts} numbers, one for each token and expert`,
      got: describeValue(mask),
      fix: 'Fill new Float32Array(numTokens * numExperts) and return it.',
    });
  }
  return tensor2d(mask, [tokens, experts], 'float32');
}

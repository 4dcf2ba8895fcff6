import type { TensorInfo } from '@tensorflow/tfjs-core';

import { kernelConfig } from '../../kernel/kernel-config.js';
import type { Attributes, Inputs } from '../../kernel/kernel-map.js';
import type { WebGpuBackend } from './backend.js';
import { keepCode, rankCode, weightCode } from './capacity-code.js';
import { runStage } from './stage.js';

/**
 * Keeps, for each expert, the first `capacity` of the tokens that selected it: one workgroup finds the last key that
 * still has room, eight bits at a time, over (rank, probability, token). Counting is in integers, so exact.
 * Probabilities are float32 here and float64 in the reference: two tokens closer than that count as a tie.
 */
export const limitCapacityKernel = kernelConfig('MoeLimitCapacity', 'webgpu', limit);

function limit(
  { mask, logits }: Inputs<'MoeLimitCapacity', TensorInfo>,
  { capacity, priority }: Attributes<'MoeLimitCapacity'>,
  backend: WebGpuBackend,
): TensorInfo {
  const shape = mask.shape as [number, number];
  const [numTokens, numExperts] = shape;
  const byProbability = priority === 'rank-then-probability';
  const integers = { numTokens, numExperts, capacity };
  const pairwise = {
    shape,
    dtype: 'int32' as const,
    integers,
    over: { work: mask.shape[0]! * numExperts },
  };
  const ranks = runStage(backend, {
    ...pairwise,
    name: 'MoeCapacityRanks',
    inputs: { mask, logits },
    code: rankCode,
  });
  const weights = byProbability
    ? runStage(backend, {
        ...pairwise,
        name: 'MoeCapacityWeights',
        inputs: { logits },
        code: weightCode,
      })
    : undefined;
  const digits = {
    rank: digitsOf(numExperts),
    weight: byProbability ? 4 : 0,
    token: digitsOf(numTokens),
  };
  const kept = runStage(backend, {
    name: 'MoeCapacityKeep',
    inputs: weights ? { ranks, weights } : { ranks },
    shape,
    integers,
    code: keepCode(digits),
    over: { groups: [numExperts, 1, 1], threads: [256, 1, 1] },
  });
  for (const info of [ranks, weights]) if (info) backend.disposeData(info.dataId);
  return kept;
}

/** Base-256 digits of the numbers below n. */
function digitsOf(n: number): number {
  return Math.max(1, Math.ceil(Math.log2(n) / 8));
}

import type { Evaluation, Flops, Task } from '@moekit/models';
import { addFlops, noFlops, scaleFlops } from '@moekit/models';

import type { Trial } from '../results/trial-schema.js';
import type { Match } from './match.js';

/** Forward FLOPs of some batches, and the tokens in them. */
export interface FlopsCount {
  readonly tokens: number;
  readonly flops: Flops;
}

export const nothingCounted: FlopsCount = { tokens: 0, flops: noFlops };

export function addCount(a: FlopsCount, b: FlopsCount): FlopsCount {
  return { tokens: a.tokens + b.tokens, flops: addFlops(a.flops, b.flops) };
}

/**
 * Forward FLOPs per token: as the match designed them, in the evaluation, and over all of training.
 * The MoE part of a dense model is that of the feed-forward layers which an MoE model replaces.
 */
export function countFlops(
  task: Task,
  match: Match | null,
  counts: { readonly evaluation: Evaluation; readonly training: FlopsCount },
): Trial['flops'] {
  return {
    expected: perToken(expectedCount(task, match, counts.evaluation)),
    evaluation: perToken(counts.evaluation),
    training: perToken(counts.training),
  };
}

/** One held-out batch in which every token of an MoE layer goes to as many experts as the router aims at. */
function expectedCount(
  task: Task,
  match: Match | null,
  { layers, tokens }: Evaluation,
): FlopsCount {
  for (const batch of task.heldOutBatches(1)) {
    const share = task.sizeOf(batch).tokens / tokens;
    const pairs = layers.map((layer) => (match?.expectedExperts ?? 1) * layer.tokens * share);
    return { tokens: task.sizeOf(batch).tokens, flops: task.flops(batch, pairs) };
  }
  return nothingCounted;
}

function perToken({ tokens, flops }: FlopsCount) {
  const { router, experts, total } = scaleFlops(flops, 1 / Math.max(tokens, 1));
  return { moe: router + experts, total };
}

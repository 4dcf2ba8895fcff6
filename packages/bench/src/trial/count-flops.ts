import type { Evaluation, Flops, Task } from '@moekit/models';
import { addFlops, noFlops, scaleFlops } from '@moekit/models';

import type { Trial, TrialFlops } from '../results/trial-schema.js';
import type { Match } from '../run/match.js';

/** Backward passes compute two products where the forward pass computes one: by the inputs and by the weights. */
const BACKWARD = 2;

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
    expected: flopsPerToken(expectedCount(task, match, counts.evaluation)),
    evaluation: flopsPerToken(counts.evaluation),
    training: flopsPerToken(counts.training),
  };
}

/** FLOPs of everything counted, forward and backward. */
export function trainingFlops({ tokens, flops }: FlopsCount): Trial['trainingFlops'] {
  const forward = flops.total;
  const backward = BACKWARD * forward;
  return { tokens, forward, backward, total: forward + backward };
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

/** Part by part, per token. */
export function flopsPerToken({ tokens, flops }: FlopsCount): TrialFlops {
  const each = scaleFlops(flops, 1 / Math.max(tokens, 1));
  return { ...each, moe: each.router + each.experts };
}

/** Forward FLOPs per token of the rows that padding to capacity would add. */
export function paddingFlops(task: Task, { layers, tokens }: Evaluation): number {
  const added = task.model.moeLayers.map(
    ({ experts }, i) =>
      (layers[i]!.paddedPairs - layers[i]!.dispatchedPairs) * experts.flopsPerRow(),
  );
  return added.reduce((sum, flops) => sum + flops, 0) / Math.max(tokens, 1);
}

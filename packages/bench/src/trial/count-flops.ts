import type { RoutingStats } from '@moekit/core';
import type { LanguageModel } from '@moekit/models';

import type { Trial } from '../results/trial-schema.js';
import type { Match } from './match.js';

/** Adds up, per MoE layer, the tokens seen and the (token, expert) pairs computed. */
export interface DispatchCount {
  readonly tokens: number;
  readonly pairs: number;
}

export function addDispatched(
  counts: readonly DispatchCount[],
  layers: readonly RoutingStats[],
): readonly DispatchCount[] {
  return layers.map(({ tokens, dispatchedPairs }, layer) => ({
    tokens: (counts[layer]?.tokens ?? 0) + tokens,
    pairs: (counts[layer]?.pairs ?? 0) + dispatchedPairs,
  }));
}

/**
 * Forward FLOPs per token: as the match designed them, in the evaluation, and over all of training.
 * The MoE part of a dense model is that of the feed-forward layers which an MoE model replaces.
 */
export function countFlops(
  model: LanguageModel,
  match: Match | null,
  counts: { evaluation: readonly DispatchCount[]; training: readonly DispatchCount[] },
): Trial['flops'] {
  const at = (expertsPerToken: readonly number[]) => {
    const flops = model.flopsPerToken(expertsPerToken);
    return { moe: match ? flops.router + flops.experts : replacedFlops(model), total: flops.total };
  };
  const measured = (layers: readonly DispatchCount[]) =>
    at(layers.map(({ tokens, pairs }) => (tokens === 0 ? 0 : pairs / tokens)));
  return {
    expected: at(model.moeLayers.map(() => match?.expectedExperts ?? 1)),
    evaluation: measured(counts.evaluation),
    training: measured(counts.training),
  };
}

function replacedFlops({ config }: LanguageModel): number {
  const layers = Math.floor(config.numLayers / config.moeEvery);
  const products = config.activation === 'swiglu' ? 3 : 2;
  return layers * products * 2 * config.modelWidth * config.feedForwardWidth;
}

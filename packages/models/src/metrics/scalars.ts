import type { RoutingStats } from '@moekit/core';
import { ROUTING_FIGURES } from '@moekit/core';

import type { Metrics, TrainEvent } from '../contract.js';

/** The figures of an event by the names that charts have: `train/loss`, `validation/accuracy`, `moe.0/dropped share`. */
export function scalarsOf(event: TrainEvent): Record<string, number> {
  if (event.type === 'evaluation') {
    const { limited, dropFree } = event.evaluation;
    return { ...named('validation', limited), ...named('validation without capacity', dropFree) };
  }
  if (event.type !== 'step') return {};
  const { routerLoss, gradientNorm, learningRate, tokens, seconds, flops, metrics } = event;
  const figures = {
    'router loss': routerLoss,
    'gradient norm': gradientNorm,
    'learning rate': learningRate,
    'tokens per second': tokens / seconds,
    'forward FLOPs per token': flops.total / tokens,
  };
  const layers = event.layers.map((layer, i) => named(`moe.${i}`, routingFigures(layer)));
  return Object.assign(named('train', { ...metrics, ...figures }), ...layers) as never;
}

/** The figures of a layer's routing, by their names in logs. */
export function routingFigures(stats: RoutingStats): Record<string, number> {
  const figures = Object.values(ROUTING_FIGURES);
  return Object.fromEntries(figures.map(({ label, of }) => [label, of(stats)]));
}

function named(group: string, figures: Readonly<Record<string, number>> | Metrics) {
  return Object.fromEntries(Object.entries(figures).map(([name, v]) => [`${group}/${name}`, v]));
}

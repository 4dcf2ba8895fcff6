import type { RouteContext, Router, RouterSpec } from '@moekit/core';
import { countTokens, createGate, defineRouter, gatedRouter, stepCapacity } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import type { ThresholdInput, ThresholdOptions } from './options.js';
import { thresholdOptions } from './options.js';
import { routeLogits } from './route-logits.js';

/**
 * XMoE (arXiv 2403.18926): a token takes as many small experts as its router needs to reach a cumulative probability.
 * Gate: linear, no bias, U(+-1/sqrt(D)), as in the released code.
 */
export const thresholdRouter = defineRouter<ThresholdOptions, ThresholdInput>({
  name: 'threshold',
  apiVersion: 1,
  about: {
    summary: 'The likeliest experts until their probabilities reach t together',
    reference: 'XMoE, arXiv 2403.18926',
  },
  options: thresholdOptions,
  create: createThresholdRouter,
});

function createThresholdRouter(spec: RouterSpec, options: ThresholdOptions): Router {
  const { numExperts } = spec;
  const { capacityFactor, evalCapacityFactor = capacityFactor } = options;
  const factors = { ...options, evalCapacityFactor };
  const gate = createGate(spec, { init: 'uniform' });
  return gatedRouter(spec, {
    name: 'threshold',
    expertsPerToken: expectedExperts(options, numExperts),
    gates: [gate],
    route: (x: Tensor2D, context: RouteContext) => {
      const { tokenMask } = context;
      const logits = gate.logits(x); // [T,E]
      const room = stepCapacity(logits, factors, context);
      if (room === null) return routeLogits(logits, { ...options, tokenMask });
      const capacity = room < countTokens(x.shape[0], tokenMask) ? room : undefined;
      return { ...routeLogits(logits, { ...options, capacity, tokenMask }), capacity: room };
    },
  });
}

/**
 * Capacity, not the threshold, bounds compute: at most N C pairs of S tokens are kept, gamma per token. An untrained
 * router fills every expert; a threshold of 0 needs one expert and no more.
 */
function expectedExperts({ threshold, capacityFactor }: ThresholdOptions, numExperts: number) {
  return Math.min(capacityFactor, threshold === 0 ? 1 : numExperts);
}

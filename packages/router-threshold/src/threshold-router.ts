import type { RouteContext, Router, RouterSpec } from '@moekit/core';
import {
  ROUTER_API_VERSION,
  countTokens,
  createGate,
  defineRouter,
  expertCapacity,
  gatedRouter,
} from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import type { ThresholdInput, ThresholdOptions } from './options.js';
import { thresholdOptions } from './options.js';
import { routeLogits } from './route-logits.js';

/**
 * XMoE (arXiv 2403.18926): a token takes as many small experts as its router needs to reach a cumulative probability.
 * Gate: linear, no bias, U(+-1/sqrt(D)), as the released code has it.
 */
export const thresholdRouter = defineRouter<ThresholdOptions, ThresholdInput>({
  name: 'threshold',
  apiVersion: ROUTER_API_VERSION,
  options: thresholdOptions,
  create: createThresholdRouter,
});

function createThresholdRouter(spec: RouterSpec, options: ThresholdOptions): Router {
  const { numExperts } = spec;
  const gate = createGate(spec, { init: 'uniform' });
  return gatedRouter(spec, {
    name: 'threshold',
    expertsPerToken: expectedExperts(options, numExperts),
    gates: [gate],
    route: (x: Tensor2D, context: RouteContext) => {
      const { tokenMask, dropFree } = context;
      const tokens = countTokens(x.shape[0], tokenMask);
      const room = dropFree ? tokens : roomOf(options, numExperts, tokens, context);
      const capacity = room < tokens ? room : undefined;
      const routing = routeLogits(gate.logits(x), { ...options, capacity, tokenMask });
      return dropFree ? routing : { ...routing, capacity: room };
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

/** C, rows that each expert has room for in this step, at most all of them. */
function roomOf(
  options: ThresholdOptions,
  numExperts: number,
  tokens: number,
  { training }: RouteContext,
): number {
  const { minCapacity, capacityFactor: inTraining, evalCapacityFactor = inTraining } = options;
  const capacityFactor = training ? inTraining : evalCapacityFactor;
  return expertCapacity(tokens, numExperts, { capacityFactor, minCapacity });
}

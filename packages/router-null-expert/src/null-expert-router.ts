import type { RouteContext, Router, RouterSpec } from '@moekit/core';
import { clearPadding, defineRouter } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import type { NullExpertInput, NullExpertOptions } from './options.js';
import { nullExpertOptions } from './options.js';
import { RecentLoad } from './recent-load.js';
import { routeLogits } from './route-logits.js';
import { createSlotGate } from './slot-gate.js';
import { slotsOf } from './slots.js';

/**
 * Zero-compute experts (arXiv 2601.15370): top-kMax among real and null slots, so that tokens take 0 to kMax experts and
 * the ordinary balancing loss sets how many on average. Causal and without capacity.
 */
export const nullExpertRouter = defineRouter<NullExpertOptions, NullExpertInput>({
  name: 'null-expert',
  apiVersion: 1,
  about: {
    summary: 'Top-k among real experts and null experts that compute nothing',
    reference: 'arXiv 2601.15370',
  },
  options: nullExpertOptions,
  create: createNullExpertRouter,
});

function createNullExpertRouter(spec: RouterSpec, options: NullExpertOptions): Router {
  const { numExperts } = spec;
  const { expertsPerToken, nullCopies } = slotsOf(numExperts, options);
  const { kind, gateNorm = kind === 'copy' ? 'all' : 'real' } = options;
  const rule = { ...options, gateNorm, nullCopies };
  const gate = createSlotGate(spec, { ...options, hasNull: nullCopies > 0 });
  const recent =
    options.balanceScope === 'global'
      ? new RecentLoad(numExperts + (nullCopies > 0 ? 1 : 0), options.balanceWindow)
      : undefined;
  return {
    name: 'null-expert',
    numExperts,
    causal: true,
    expertsPerToken,
    route: (x: Tensor2D, { training, tokenMask }: RouteContext) => {
      const earlierLoad = training ? recent?.counts() : undefined;
      return routeLogits(gate.logits(clearPadding(x, tokenMask)), {
        ...rule,
        earlierLoad,
        tokenMask,
      });
    },
    afterStep: (stats) => recent?.add(stats),
    flopsPerToken: () => gate.flopsPerToken(),
    variables: () => [...gate.variables(), ...(recent?.variables() ?? [])],
    dispose: () => [gate, recent].forEach((part) => part?.dispose()),
  };
}

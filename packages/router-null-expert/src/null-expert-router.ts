import type { Router, RouterSpec } from '@moekit/core';
import { defineRouter, gatedRouter } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import { slotBalance } from './balance.js';
import type { NullExpertInput, NullExpertOptions } from './options.js';
import { nullExpertOptions } from './options.js';
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
  const balance = slotBalance(numExperts, rule);
  return gatedRouter(spec, {
    name: 'null-expert',
    expertsPerToken,
    gates: [gate],
    state: [balance],
    route: (x, context) => {
      const { tokenMask } = context;
      const balanced = (probs: Tensor2D, choices: Tensor2D) => balance.of(probs, choices, context);
      return routeLogits(gate.logits(x), { ...rule, tokenMask }, balanced);
    },
  });
}

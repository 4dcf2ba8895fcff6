import type { Balance, RouteContext, Router, RouterSpec, Routing } from '@moekit/core';
import { countTokens, createGate, defineRouter, gatedRouter, stepCapacity } from '@moekit/core';
import { balanceOf } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import { assertAtMostExperts } from './assert-experts.js';
import type { ThresholdInput, ThresholdOptions } from './options.js';
import { thresholdOptions } from './options.js';
import { firstChoices, routeLogits } from './route-logits.js';

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
  if (options.within !== undefined)
    assertAtMostExperts('threshold', 'within', options.within, spec);
  const gate = createGate(spec, { init: 'uniform' });
  const balance = balanceOf(spec.numExperts, options, { per: 'token' });
  return gatedRouter(spec, {
    name: 'threshold',
    expertsPerToken: expectedExperts(options, spec),
    gates: [gate],
    state: [balance],
    route: (x: Tensor2D, context: RouteContext) => {
      const { tokenMask } = context;
      const logits = gate.logits(x); // [T,E]
      const room = stepCapacity(logits, options, context);
      const limits = room !== null && room < countTokens(x.shape[0], tokenMask);
      const capacity = limits ? room : undefined;
      const routing = routeLogits(logits, { ...options, balanceCoefficient: 0, capacity, tokenMask }); // prettier-ignore
      const balanced = lossOf(balance, routing, options, context);
      return { ...routing, ...balanced, ...(room !== null && { capacity: room }) };
    },
  });
}

/** The loss over first choices, each token's one. */
function lossOf(
  balance: Balance,
  { logits, probs }: Routing,
  { balanceCoefficient }: ThresholdOptions,
  context: RouteContext,
): Pick<Routing, 'losses' | 'statistics'> {
  if (balanceCoefficient === 0) return { losses: [] };
  return balance.of(probs, firstChoices(logits, context.tokenMask), context);
}

/**
 * The ceiling on compute, for an untrained router reaches it: at most N C pairs of S tokens are kept, gamma per token, and
 * k with `within`. A threshold of 0 needs one expert and no more. Null where nothing but the threshold decides.
 */
function expectedExperts(
  { threshold, capacityFactor, within }: ThresholdOptions,
  { numExperts }: RouterSpec,
): number | null {
  if (capacityFactor === null && within === undefined && threshold > 0) return null;
  const most = threshold === 0 ? 1 : (within ?? numExperts);
  return Math.min(capacityFactor ?? most, most);
}

import type { Balance, RouteContext, Routing } from '@moekit/core';
import { createGate, defineRouter, gatedRouter, maskTokens, selectedSoftmax } from '@moekit/core';
import { topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';

import type { AdaMoEInput, AdaMoEOptions } from './ada-moe-options.js';
import { adaMoEOptions } from './ada-moe-options.js';
import { assertSlots } from './assert-slots.js';
import { slotBalance, withNullColumn } from './balance.js';
import { columnSum, columns, zeroComputeOf } from './zero-slots.js';

/** With m where the options left it open. */
type Rule = Pick<AdaMoEOptions, 'k' | 'kind'> & { readonly nullExperts: number };

/**
 * AdaMoE's decision on given logits. No capacity.
 * Formula:  p = softmax(z) over n + m;  chosen = the k highest;  w_te = p_te / sum of p over the true experts chosen
 *           L = (n + m) sum_i f_i P_i, f_i = count_i / T, for null experts the mean of their f   (2406.13233)
 * @param logits float32 [T,n+m], null experts last      @param balance over n + 1 columns, the last of size m; of scale k (n + m), for its f are shares of k T choices
 *   Gradient: through logits; the choice and f are constants.
 */
export function routeAdaMoE(
  logits: Tensor2D,
  { k, nullExperts, kind }: Rule,
  balance: Balance,
  context: RouteContext,
): Routing {
  const experts = logits.shape[1] - nullExperts;
  const probs: Tensor2D = softmax(logits); // [T,n+m]
  const chosen = maskTokens(topExperts(logits, k), context.tokenMask); // [T,n+m]
  const real = {
    logits: columns(logits, 0, experts),
    probs: columns(probs, 0, experts),
    chosen: columns(chosen, 0, experts),
  }; // [T,n]
  const copied = kind === 'copy' ? columnSum(mul(probs, chosen), experts) : undefined;
  const zeroCompute = zeroComputeOf({ probs, selected: chosen, experts }, copied);
  return {
    combineWeights: mul(selectedSoftmax(real.logits, real.chosen), real.chosen),
    dispatchMask: real.chosen,
    maxPairs: logits.shape[0] * Math.min(k, experts),
    logits: real.logits,
    probs: real.probs,
    ...balance.of(
      withNullColumn(real.probs, zeroCompute.mass),
      withNullColumn(real.chosen, zeroCompute.slots),
      context,
    ),
    zeroCompute,
  };
}

/** AdaMoE (2406.13233): null experts with logits of their own in the pool of top-k. */
export const adaMoERouter = defineRouter<AdaMoEOptions, AdaMoEInput>({
  name: 'adamoe',
  apiVersion: 1,
  about: {
    summary: 'Top-k of true experts and of null experts with logits of their own',
    reference: 'AdaMoE, arXiv 2406.13233, and its released code',
  },
  options: adaMoEOptions,
  create: (spec, settings) => {
    const { k, nullExperts = spec.numExperts } = settings;
    const { numExperts: experts } = spec;
    const slots = experts + nullExperts;
    assertSlots('adamoe', { k, experts, slots, more: ['null experts', 'nullExperts'] });
    const gate = createGate(spec, { outputs: slots });
    const rule = { ...settings, nullExperts };
    const counts = { kMax: k, nullCopies: nullExperts, fraction: 'token' } as const;
    const balance = slotBalance(spec.numExperts, { ...settings, ...counts });
    return gatedRouter(spec, {
      name: 'adamoe',
      expertsPerToken: (k * spec.numExperts) / slots,
      gates: [gate],
      state: [balance],
      route: (x, context) => routeAdaMoE(gate.logits(x), rule, balance, context),
    });
  },
});

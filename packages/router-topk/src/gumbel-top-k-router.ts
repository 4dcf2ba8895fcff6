import type { Balance, RouteContext, Routing } from '@moekit/core';
import {
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  stepCapacity,
  withinCapacity,
} from '@moekit/core';
import { balanceOf, routingOf, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { softmax } from '@tensorflow/tfjs-core';

import { assertTopK } from './assert-experts.js';
import type { GumbelTopKInput, GumbelTopKOptions } from './gumbel-top-k-options.js';
import { gumbelTopKOptions } from './gumbel-top-k-options.js';
import { gumbelRanking } from './gumbel-ranking.js';

/**
 * The decision of XMoE's own top-k baseline on given logits: the argmax, and k - 1 experts drawn without replacement.
 * Formula:  w_te = p_te, p = softmax z without noise, never renormalised;  C = max(ceil(T / E * gamma), minCapacity)
 *   Full experts serve by rank, then in token order (arbitrary in the reference).   (2403.18926, reference code)
 * @param logits float32 [T,E]
 */
export function routeGumbelTopK(
  logits: Tensor2D,
  settings: GumbelTopKOptions,
  context: RouteContext,
  balance: Balance = balanceOf(logits.shape[1], settings),
): Routing {
  const { tokenMask, training, rng } = context;
  const { k, noiseAtEvaluation } = settings;
  const probs: Tensor2D = softmax(logits); // [T,E]
  const first = topExperts(logits, 1);
  const noisy = k > 1 && (training || noiseAtEvaluation);
  const ranking = noisy ? gumbelRanking(logits, first, rng.fork('gumbel')) : logits;
  const selected = maskTokens(topExperts(ranking, k), tokenMask);
  const capacity = stepCapacity(logits, settings, context, { rounding: 'up' });
  return routingOf({
    choices: k,
    weights: probs,
    selected,
    dispatched: withinCapacity(selected, ranking, capacity),
    capacity,
    logits,
    probs,
    ...balance.of(probs, maskTokens(first, tokenMask), context),
  });
}

/** Gumbel top-k: the baseline that XMoE (2403.18926) compares its threshold router with. */
export const gumbelTopKRouter = defineRouter<GumbelTopKOptions, GumbelTopKInput>({
  name: 'gumbel-topk',
  apiVersion: 1,
  about: {
    summary: 'The likeliest expert, and k - 1 drawn with the odds of their logits',
    reference: "XMoE's baseline, arXiv 2403.18926",
  },
  options: gumbelTopKOptions,
  create: (spec, settings) => {
    assertTopK('gumbel-topk', settings.k, spec);
    const gate = createGate(spec);
    const balance = balanceOf(spec.numExperts, settings);
    return gatedRouter(spec, {
      name: 'gumbel-topk',
      expertsPerToken: settings.k,
      gates: [gate],
      state: [balance],
      route: (x, context) => routeGumbelTopK(gate.logits(x), settings, context, balance),
    });
  },
});

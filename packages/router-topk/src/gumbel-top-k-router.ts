import type { Balance, RouteContext, Routing } from '@moekit/core';
import {
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  stepCapacity,
  withinCapacity,
} from '@moekit/core';
import {
  balanceOptions,
  factorOrNull,
  flag,
  minCapacity,
  optional,
  optionsOf,
  whole,
} from '@moekit/core/options';
import { balanceOf, routingOf, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { softmax } from '@tensorflow/tfjs-core';
import * as z from 'zod/mini';

import { assertTopK } from './assert-experts.js';
import { gumbelRanking } from './gumbel-ranking.js';

const given = optionsOf({
  k: whole(1, 2, 'Experts per token, at most the number of experts'),
  capacityFactor: optional(
    factorOrNull(),
    'Room in each expert while training, in shares of T / E; default k, null: no capacity',
  ),
  evalCapacityFactor: optional(factorOrNull(), 'The same at evaluation; default k'),
  minCapacity: minCapacity(),
  noiseAtEvaluation: flag(
    false,
    'Draw noise at evaluation too, as the reference code does: two evaluations of one text then differ',
  ),
  ...balanceOptions(0.01, 'Weight of the load-balancing loss over first choices'),
});

/** Capacity factors that are not given are k. */
const options = z.pipe(
  given,
  z.transform(
    ({
      capacityFactor: training,
      evalCapacityFactor: evaluation,
      ...rest
    }: z.output<typeof given>) => ({
      ...rest,
      capacityFactor: training === undefined ? rest.k : training,
      evalCapacityFactor: evaluation === undefined ? rest.k : evaluation,
    }),
  ),
);

export interface GumbelTopKOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface GumbelTopKInput extends z.input<typeof options> {}

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
  options,
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

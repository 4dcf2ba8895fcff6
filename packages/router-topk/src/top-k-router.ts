import type { RouteContext, Routing } from '@moekit/core';
import {
  balanceLosses,
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  selectedSoftmax,
  stepCapacity,
  withinCapacity,
  zLosses,
} from '@moekit/core';
import { capacityOptions, choice, coefficient, flag, optionsOf, whole } from '@moekit/core/options';
import { routingOf, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { softmax } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertTopK } from './assert-experts.js';

const options = optionsOf({
  k: whole(1, 2, 'Experts per token, at most the number of experts'),
  normalise: flag(
    true,
    'Weights sum to 1 over the k experts (Mixtral); false: raw probabilities. With k = 1 a normalised weight is ' +
      'the constant 1 and the gate learns from the auxiliary losses alone',
  ),
  ...capacityOptions(null, null),
  priority: choice(
    ['rank-then-arrival', 'rank-then-probability'],
    'rank-then-arrival',
    'Who is served first within a choice when an expert is full',
  ),
  balanceCoefficient: coefficient(0.01, 'Weight of the load-balancing loss over all k choices'),
  zLossCoefficient: coefficient(0, 'Weight of the router z-loss'),
});

export interface TopKOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface TopKInput extends z.input<typeof options> {}

/**
 * Top-k's decision on given logits.
 * Formula:  w_te = p_te over the k highest, divided by their sum if `normalise`;  C = ceil(k T factor / E)
 *   f_e = count_e / (k T), all k choices before capacity, so that the balance loss is 1 at balance for every k
 * @param logits float32 [T,E]
 */
export function routeTopK(logits: Tensor2D, settings: TopKOptions, context: RouteContext): Routing {
  const { tokenMask } = context;
  const { k, normalise, priority, balanceCoefficient, zLossCoefficient } = settings;
  const probs: Tensor2D = softmax(logits); // [T,E]
  const top = topExperts(logits, k);
  const selected = maskTokens(top, tokenMask);
  const capacity = stepCapacity(logits, settings, context, { slots: k, rounding: 'up' });
  return routingOf({
    choices: k,
    weights: normalise ? selectedSoftmax(logits, top) : probs,
    selected,
    dispatched: withinCapacity(selected, logits, capacity, priority),
    capacity,
    logits,
    probs,
    losses: [
      ...balanceLosses(probs, selected, { coefficient: balanceCoefficient, tokenMask }),
      ...zLosses(logits, zLossCoefficient, tokenMask),
    ],
  });
}

/** Noise-free top-k as Mixtral (2401.04088) and its kin route: dropless unless a capacity factor is given. */
export const topKRouter = defineRouter<TopKOptions, TopKInput>({
  name: 'topk',
  apiVersion: 1,
  about: {
    summary: 'The k likeliest experts, their probabilities renormalised',
    reference: 'Mixtral, arXiv 2401.04088',
  },
  options,
  create: (spec, settings) => {
    assertTopK('topk', settings.k, spec);
    const gate = createGate(spec);
    return gatedRouter(spec, {
      name: 'topk',
      expertsPerToken: settings.k,
      gates: [gate],
      route: (x, context) => routeTopK(gate.logits(x), settings, context),
    });
  },
});

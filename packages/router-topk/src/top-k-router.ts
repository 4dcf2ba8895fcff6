import type { Balance, RouteContext, RouterAbout, Routing } from '@moekit/core';
import {
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  selectedSoftmax,
  zLosses,
} from '@moekit/core';
import { balanceOf, routingOf, scaledWeights, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { softmax } from '@tensorflow/tfjs-core';

import { assertTopK } from './assert-experts.js';
import { roomOf } from './room.js';
import type { TopKDefaults, TopKInput, TopKOptions } from './top-k-options.js';
import { topKOptions } from './top-k-options.js';

/**
 * Top-k's decision on given logits.
 * Formula:  w_te = p_te over the k highest, divided by their sum if `normalise`, times `scale`;  C = ceil(k T factor / E)
 *   f_e = count_e / (k T), all k choices before capacity, so that the balance loss is 1 at balance for every k
 * @param logits float32 [T,E]
 */
export function routeTopK(
  logits: Tensor2D,
  settings: TopKOptions,
  context: RouteContext,
  balance: Balance = balanceOf(logits.shape[1], settings),
): Routing {
  const { tokenMask } = context;
  const { k, normalise, zLossCoefficient } = settings;
  const probs: Tensor2D = softmax(logits); // [T,E]
  const top = topExperts(logits, k);
  const selected = maskTokens(top, tokenMask);
  const room = roomOf(logits, settings, context, { slots: k, rounding: 'up' });
  const { losses, statistics } = balance.of(probs, selected, context);
  return routingOf({
    choices: k,
    weights: scaledWeights(normalise ? selectedSoftmax(logits, top) : probs, settings.scale),
    selected,
    dispatched: room.dispatched(selected),
    capacity: room.capacity,
    logits,
    probs,
    losses: [...losses, ...zLosses(logits, zLossCoefficient, tokenMask)],
    statistics,
  });
}

/** Top-k with the defaults of a model. */
export function topKPlugin(name: string, about: RouterAbout, defaults: TopKDefaults) {
  return defineRouter<TopKOptions, TopKInput>({
    name,
    apiVersion: 1,
    about,
    options: topKOptions(defaults),
    create: (spec, settings) => {
      const { k, gateBias } = settings;
      assertTopK(name, k, spec);
      const gate = createGate(spec, { bias: gateBias });
      const balance = balanceOf(spec.numExperts, settings);
      return gatedRouter(spec, {
        name,
        expertsPerToken: k,
        gates: [gate],
        state: [balance],
        route: (x, context) => routeTopK(gate.logits(x), settings, context, balance),
      });
    },
  });
}

/** Noise-free top-k as Mixtral (2401.04088) and its kin route: dropless unless a capacity factor is given. */
export const topKRouter = topKPlugin(
  'topk',
  {
    summary: 'The k likeliest experts, their probabilities renormalised',
    reference: 'Mixtral, arXiv 2401.04088',
  },
  {},
);

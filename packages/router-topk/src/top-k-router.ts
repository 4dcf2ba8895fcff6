import type { Balance, BalanceScope, RouteContext, RouterAbout, Routing } from '@moekit/core';
import {
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  selectedSoftmax,
  zLosses,
} from '@moekit/core';
import {
  balanceOptions,
  capacityOptions,
  coefficient,
  flag,
  optionsOf,
  whole,
} from '@moekit/core/options';
import { balanceOf, routingOf, scaledWeights, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { softmax } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertTopK } from './assert-experts.js';
import { capacityPer, priority, roomOf } from './room.js';
import { scale } from './scale.js';

/** The choices of a model, where they differ from topk's. */
export interface TopKDefaults {
  readonly k?: number;
  readonly normalise?: boolean;
  readonly gateBias?: boolean;
  readonly balanceCoefficient?: number;
  readonly balanceScope?: BalanceScope;
  readonly zLossCoefficient?: number;
}

const optionsFor = (defaults: TopKDefaults) => {
  const { k = 2, normalise = true, gateBias = false } = defaults;
  const { balanceCoefficient = 0.01, balanceScope, zLossCoefficient = 0 } = defaults;
  return optionsOf({
    k: whole(1, k, 'Experts per token, at most the number of experts'),
    normalise: flag(
      normalise,
      'Weights sum to 1 over the k experts (Mixtral); false: raw probabilities. With k = 1 a normalised weight is ' +
        'the constant 1 and the gate learns from the auxiliary losses alone',
    ),
    scale: scale(1),
    gateBias: flag(gateBias, 'The gate has a bias, as in gpt-oss'),
    ...capacityOptions(null, null),
    capacityPer: capacityPer(),
    priority: priority(),
    ...balanceOptions(
      balanceCoefficient,
      'Weight of the load-balancing loss over all k choices',
      balanceScope,
    ),
    zLossCoefficient: coefficient(zLossCoefficient, 'Weight of the router z-loss'),
  });
};

export interface TopKOptions extends z.output<ReturnType<typeof optionsFor>> {}
/** The options as a program passes them: each has a default. */
export interface TopKInput extends z.input<ReturnType<typeof optionsFor>> {}

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
    options: optionsFor(defaults),
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

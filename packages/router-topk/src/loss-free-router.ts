import { createGate, defineRouter, gatedRouter } from '@moekit/core';
import { amount, choice, coefficient, flag, optionsOf, whole } from '@moekit/core/options';
import { createSignBias, SCORES } from '@moekit/core/pieces';
import type * as z from 'zod/mini';

import { assertTopK } from './assert-experts.js';
import { routeBiased } from './biased-top-k.js';
import { scale } from './scale.js';

const options = optionsOf({
  k: whole(1, 2, 'Experts per token, at most the number of experts'),
  score: choice(
    SCORES,
    'sigmoid',
    'How logits become scores; the paper found sigmoid better than softmax',
  ),
  biasRate: amount(0.001, 'u, the step of the bias towards balance after each optimiser step'),
  normalise: flag(false, 'Weights sum to 1 over the k experts; false: the scores themselves'),
  scale: scale(1),
  zLossCoefficient: coefficient(0, 'Weight of the router z-loss'),
});

export interface LossFreeOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface LossFreeInput extends z.input<typeof options> {}

/** Loss-free balancing (2408.15664): top-k of s + b, weighted by s; b goes up for experts that got too little. */
export const lossFreeRouter = defineRouter<LossFreeOptions, LossFreeInput>({
  name: 'loss-free',
  apiVersion: 1,
  about: {
    summary: 'Top-k of scores plus a bias that goes one step towards balance after each step',
    reference: 'Loss-free balancing, arXiv 2408.15664',
  },
  options,
  create: (spec, settings) => {
    assertTopK('loss-free', settings.k, spec);
    const gate = createGate(spec);
    const bias = createSignBias(spec.numExperts, settings.biasRate);
    return gatedRouter(spec, {
      name: 'loss-free',
      expertsPerToken: settings.k,
      gates: [gate],
      state: [bias],
      route: (x, context) => routeBiased(gate.logits(x), settings, { bias }, context),
    });
  },
});

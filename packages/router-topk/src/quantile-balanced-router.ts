import { createGate, defineRouter, gatedRouter } from '@moekit/core';
import { choice, coefficient, flag, option, optionsOf, whole } from '@moekit/core/options';
import { createQuantileBias, SCORES } from '@moekit/core/pieces';
import * as z from 'zod/mini';

import { assertTopK } from './assert-experts.js';
import { routeBiased } from './biased-top-k.js';
import { scale } from './scale.js';

const decayError = 'expected a number of at least 0 and below 1';

const options = optionsOf({
  k: whole(1, 2, 'Experts per token, at most the number of experts'),
  score: choice(SCORES, 'sigmoid', 'How logits become scores'),
  decay: option(
    z
      .number({ error: decayError })
      .check(z.gte(0, { error: decayError }), z.lt(1, { error: decayError })),
    0,
    'Share of the old bias that a step keeps, an exponential mean; 0: the bias of the last batch alone',
  ),
  bins: whole(
    0,
    1000,
    "Bins of each expert's histogram, which adds up over micro-batches; 0: the exact cut of each micro-batch, averaged",
    100_000,
  ),
  normalise: flag(true, 'Weights sum to 1 over the k experts; false: the scores themselves'),
  scale: scale(1),
  zLossCoefficient: coefficient(0, 'Weight of the router z-loss'),
});

export interface QuantileBalancedOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface QuantileBalancedInput extends z.input<typeof options> {}

/** Quantile balancing (kexue.fm 11619; Kimi K3, 2607.24653): top-k of s + b, b what would have balanced the batch before. */
export const quantileBalancedRouter = defineRouter<QuantileBalancedOptions, QuantileBalancedInput>({
  name: 'quantile-balanced',
  apiVersion: 1,
  about: {
    summary: 'Top-k of scores plus the bias that would have balanced the batch before',
    reference: 'Quantile balancing, kexue.fm 11619; Kimi K3, arXiv 2607.24653',
  },
  options,
  create: (spec, settings) => {
    assertTopK('quantile-balanced', settings.k, spec);
    const gate = createGate(spec);
    const bias = createQuantileBias(spec.numExperts, settings);
    return gatedRouter(spec, {
      name: 'quantile-balanced',
      expertsPerToken: settings.k,
      gates: [gate],
      state: [bias],
      route: (x, context) => routeBiased(gate.logits(x), settings, { bias }, context),
    });
  },
});

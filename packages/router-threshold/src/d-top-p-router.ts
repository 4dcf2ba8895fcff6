import type { RouterSpec } from '@moekit/core';
import { createGate, defineRouter, gatedRouter } from '@moekit/core';
import {
  amount,
  balanceOptions,
  coefficient,
  flag,
  numberIn,
  option,
  optionsOf,
} from '@moekit/core/options';
import type { Controller } from '@moekit/core/pieces';
import { balanceOf, createController } from '@moekit/core/pieces';
import type * as z from 'zod/mini';

import { assertAtMostExperts } from './assert-experts.js';
import { createNormalisedGate } from './normalised-gate.js';
import { routeTopP } from './top-p-router.js';

const options = optionsOf({
  expertsPerToken: option(
    numberIn({ min: 1 }),
    2,
    'Mean experts per token that a controller holds by moving p, from 1 to E',
  ),
  normaliseLogits: flag(
    true,
    'Logits of each token have one spread, times a factor that the layer learns, before the softmax',
  ),
  normalise: flag(true, 'Weights sum to 1 over the selected experts; false: raw probabilities'),
  proportional: amount(0.1, 'K_p: how much p answers to the error of the last step'),
  integral: amount(0.5, 'K_i: how much p answers to the errors of all steps; below 2 it settles'),
  ...balanceOptions(0.01),
  entropyCoefficient: coefficient(0, 'Weight of the entropy loss'),
});

export interface DTopPOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface DTopPInput extends z.input<typeof options> {}

/** p stays within 6e-6 of 0 and 1. */
const LARGEST_LOG_ODDS = 12;

/**
 * Top-p whose p is moved so that tokens take a wanted number of experts on average (2512.13996). * Formula:  p = 1 / (1 + exp -u), u a PI controller's output on e = log(k / m), m the step's mean of |S_t|.
 * On the log-odds of p the mean answers with a gain of 0.1 to 2, whatever E, k and the spread of the logits.
 */
function createPController(
  { numExperts }: RouterSpec,
  { expertsPerToken: target, proportional, integral }: DTopPOptions,
): Controller {
  const uniform = Math.log(target / (numExperts - target)); // where every expert has 1/E, infinite at target E
  return createController({
    initial: Math.min(uniform, LARGEST_LOG_ODDS),
    min: -LARGEST_LOG_ODDS,
    max: LARGEST_LOG_ODDS,
    proportional,
    integral,
    error: ({ tokens, selectedPairs }) =>
      tokens > 0 ? Math.log((target * tokens) / selectedPairs) : undefined,
  });
}

/** Dynamic top-p (2512.13996): the cost is an option, the threshold follows. Each layer holds its own mean. */
export const dTopPRouter = defineRouter<DTopPOptions, DTopPInput>({
  name: 'd-top-p',
  apiVersion: 1,
  about: {
    summary:
      'Top-p whose p is moved by a PI controller to hold the mean number of experts per token',
    reference: 'DTop-p, arXiv 2512.13996',
  },
  options,
  create: (spec, settings) => {
    assertAtMostExperts('d-top-p', 'expertsPerToken', settings.expertsPerToken, spec);
    const balance = balanceOf(spec.numExperts, settings);
    const gate = settings.normaliseLogits ? createNormalisedGate(spec) : createGate(spec);
    const controller = createPController(spec, settings);
    return gatedRouter(spec, {
      name: 'd-top-p',
      expertsPerToken: settings.expertsPerToken,
      gates: [gate],
      state: [controller, balance],
      route: (x, context) => {
        const p = 1 / (1 + Math.exp(-controller.output()));
        return routeTopP(gate.logits(x), p, { ...settings, balance }, context);
      },
    });
  },
});

import { createGate, defineRouter, gatedRouter } from '@moekit/core';
import {
  balanceOptions,
  capacityOptions,
  coefficient,
  optionsOf,
  share,
} from '@moekit/core/options';
import { balanceOf } from '@moekit/core/pieces';
import type * as z from 'zod/mini';

import { assertTwoExperts } from './assert-experts.js';
import { routeTopTwo, topTwoOptions } from './top-two.js';

const options = optionsOf({
  ...capacityOptions(1.25, 2),
  secondChoiceThreshold: share(
    0.2,
    'A random second choice is kept with probability min(1, its weight / this)',
  ),
  ...topTwoOptions(),
  ...balanceOptions(0.01, 'Weight of the load-balancing loss over first choices'),
  zLossCoefficient: coefficient(0.001, 'Weight of the router z-loss'),
});

export interface StMoEOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface StMoEInput extends z.input<typeof options> {}

/** ST-MoE (2202.08906): top-2 as in Mesh TensorFlow, kept stable by a z-loss. */
export const stMoERouter = defineRouter<StMoEOptions, StMoEInput>({
  name: 'st-moe',
  apiVersion: 1,
  about: {
    summary: 'Top-2 with a z-loss and a random second choice',
    reference: 'ST-MoE, arXiv 2202.08906',
  },
  options,
  create: (spec, settings) => {
    assertTwoExperts('st-moe', spec);
    const gate = createGate(spec);
    const balance = balanceOf(spec.numExperts, settings);
    return gatedRouter(spec, {
      name: 'st-moe',
      expertsPerToken: 2,
      gates: [gate],
      state: [balance],
      route: (x, context) =>
        routeTopTwo(gate.logits(x), { ...settings, variant: 'mesh' }, context, balance),
    });
  },
});

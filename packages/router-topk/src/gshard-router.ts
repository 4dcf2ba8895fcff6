import { createGate, defineRouter, gatedRouter } from '@moekit/core';
import { balanceOptions, capacityOptions, choice, optionsOf, share } from '@moekit/core/options';
import type * as z from 'zod/mini';

import { assertTwoExperts } from './assert-experts.js';
import { routeTopTwo, topTwoBalance, topTwoOptions } from './top-two.js';

const options = optionsOf({
  variant: choice(
    ['paper', 'mesh'],
    'paper',
    'paper: a rejected second choice still takes a place, balance loss / E; mesh: as Mesh TensorFlow, it takes none, * E',
  ),
  ...capacityOptions(2, 2),
  secondChoiceThreshold: share(
    0.5,
    'A random second choice is kept with probability min(1, its weight / this); 0.2 in Mesh TensorFlow',
  ),
  ...topTwoOptions(),
  ...balanceOptions(0.01, 'Weight of the load-balancing loss over first choices'),
});

export interface GShardOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface GShardInput extends z.input<typeof options> {}

/** GShard (2006.16668): top-2 with a random second choice, capacity of two even shares. */
export const gshardRouter = defineRouter<GShardOptions, GShardInput>({
  name: 'gshard',
  apiVersion: 1,
  about: {
    summary: 'Top-2 with a random second choice, within a capacity',
    reference: 'GShard, arXiv 2006.16668',
  },
  options,
  create: (spec, settings) => {
    assertTwoExperts('gshard', spec);
    const gate = createGate(spec);
    const balance = topTwoBalance(spec.numExperts, settings);
    return gatedRouter(spec, {
      name: 'gshard',
      expertsPerToken: 2,
      gates: [gate],
      state: [balance],
      route: (x, context) =>
        routeTopTwo(gate.logits(x), { ...settings, zLossCoefficient: 0 }, context, balance),
    });
  },
});

import { createGate, defineRouter, gatedRouter } from '@moekit/core';
import {
  amount,
  balanceOptions,
  coefficient,
  numberIn,
  option,
  optionsOf,
  whole,
} from '@moekit/core/options';
import { balanceOf } from '@moekit/core/pieces';
import type * as z from 'zod/mini';

import { AdaptiveCoefficient } from './adaptive-coefficient.js';
import { createScale, normalisedHeights } from './normalised-heights.js';
import { openGates } from './open-gates.js';
import { sequenceLosses } from './sequence-losses.js';
import { assertTarget, maxExperts, target } from './target.js';

const options = optionsOf({
  expertsPerToken: target(),
  startCoefficient: amount(0.01, 'The first weight of the chunk sparsity loss'),
  coefficientFactor: option(
    numberIn({ min: 1 }),
    1.05,
    'By how much the weight grows or shrinks after each step; 1 keeps it',
  ),
  chunkLength: whole(1, 8, 'L, tokens in a row whose experts should be few together'),
  localityCoefficient: coefficient(0.001, 'Weight of the loss of neighbours that differ'),
  steepness: option(
    numberIn({ min: 0, above: true }),
    100,
    's, of the sigmoid that tells open gates from closed ones in the locality loss',
  ),
  epsilon: option(
    numberIn({ min: 0, above: true }),
    1e-6,
    'Added to the mean square of the gates: 0 for a token that opens none',
  ),
  ...balanceOptions(0.1),
  maxExperts: maxExperts(),
});

export interface BlockFfnOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface BlockFfnInput extends z.input<typeof options> {}

/** BlockFFN (2507.08771): ReLU gates, normalised over the experts, open for few experts within a run of tokens. */
export const blockFfnRouter = defineRouter<BlockFfnOptions, BlockFfnInput>({
  name: 'block-ffn',
  apiVersion: 1,
  about: {
    summary: 'ReLU gates under RMSNorm; runs of tokens are taught to share few experts',
    reference: 'BlockFFN, arXiv 2507.08771, and its released code',
  },
  options,
  create: (spec, settings) => {
    const { expertsPerToken, epsilon, maxExperts: most = spec.numExperts } = settings;
    assertTarget('block-ffn', expertsPerToken, spec);
    const gate = createGate(spec);
    const scale = createScale(spec);
    const lambda = new AdaptiveCoefficient(settings);
    const balance = balanceOf(spec.numExperts, settings);
    return gatedRouter(spec, {
      name: 'block-ffn',
      expertsPerToken,
      gates: [gate],
      state: [scale, lambda, balance],
      route: (x, context) => {
        const logits = gate.logits(x);
        const gates = openGates(logits, { maxExperts: most, tokenMask: context.tokenMask });
        const { losses, statistics } = balance.of(gates.shares, gates.open, context);
        return {
          combineWeights: normalisedHeights(gates.heights, scale.values, epsilon),
          dispatchMask: gates.open,
          maxPairs: x.shape[0] * Math.min(most, spec.numExperts),
          logits,
          probs: gates.shares,
          losses: [...losses, ...sequenceLosses(logits, gates, settings, lambda, context)],
          statistics,
        };
      },
    });
  },
});

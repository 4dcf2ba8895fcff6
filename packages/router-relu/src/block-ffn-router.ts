import type { RouteContext, RouterLoss, RouterSpec, Routing } from '@moekit/core';
import { createBalance, createGate, defineRouter, gatedRouter, parameter } from '@moekit/core';
import {
  amount,
  balanceOptions,
  coefficient,
  numberIn,
  option,
  optional,
  optionsOf,
  whole,
  wholeFrom,
} from '@moekit/core/options';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { add, div, mean, mul, sqrt, square } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { AdaptiveCoefficient } from './adaptive-coefficient.js';
import type { OpenGates } from './open-gates.js';
import { openGates } from './open-gates.js';
import { chunkLoss, localityLoss } from './sequence-losses.js';
import { assertTarget, target } from './target.js';

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
  maxExperts: optional(
    wholeFrom(1),
    'The most experts of one token, its highest gates; default all that are open, as in the paper',
  ),
});

export interface BlockFfnOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface BlockFfnInput extends z.input<typeof options> {}

/**
 * The weights of open gates: their root mean square over all E experts is 1 before the scale.
 * Formula:  w_te = g_e r_te / sqrt(mean_j r_tj^2 + eps),  r = relu(z)   (BlockFFN, 2507.08771 section 3.1)
 * @param heights float32 [T,E], r      @param scale float32 [1,E], g      Gradient: through both.
 */
export function normalisedHeights(heights: Tensor2D, scale: Tensor2D, epsilon: number): Tensor2D {
  const size = sqrt(add(mean(square(heights), 1, true), epsilon)); // [T,1]
  return mul(div(heights, size), scale);
}

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
    const { expertsPerToken, epsilon, maxExperts = spec.numExperts } = settings;
    const { balanceCoefficient, balanceScope: scope, balanceWindow: window } = settings;
    assertTarget('block-ffn', expertsPerToken, spec);
    const gate = createGate(spec);
    const scale = createScale(spec);
    const lambda = new AdaptiveCoefficient(settings);
    const balance = createBalance(spec.numExperts, {
      coefficient: balanceCoefficient,
      scope,
      window,
    });
    return gatedRouter(spec, {
      name: 'block-ffn',
      expertsPerToken,
      gates: [gate],
      state: [{ variables: () => [scale], dispose: () => scale.dispose() }, lambda, balance],
      route: (x, context): Routing => {
        const logits = gate.logits(x);
        const gates = openGates(logits, { maxExperts, tokenMask: context.tokenMask });
        const { losses, statistics } = balance.of(gates.shares, gates.open, context);
        return {
          combineWeights: normalisedHeights(gates.heights, scale, epsilon),
          dispatchMask: gates.open,
          maxPairs: x.shape[0] * Math.min(maxExperts, spec.numExperts),
          logits,
          probs: gates.shares,
          losses: [...losses, ...sequenceLosses(logits, gates, settings, lambda, context)],
          statistics,
        };
      },
    });
  },
});

function createScale({ numExperts }: RouterSpec) {
  return parameter<Rank.R2>(new Float32Array(numExperts).fill(1), [1, numExperts]);
}

/** Both losses are of sequences: where the context names none, there are none. */
function sequenceLosses(
  logits: Tensor2D,
  { open, shares }: OpenGates,
  { chunkLength, localityCoefficient, steepness }: BlockFfnOptions,
  lambda: AdaptiveCoefficient,
  { sequences, tokenMask }: RouteContext,
): RouterLoss[] {
  if (!sequences) return [];
  const chunk = chunkLoss(mul(shares, open), sequences, chunkLength, tokenMask);
  const losses = [lambda.times({ name: 'chunk-sparsity', value: chunk })];
  if (localityCoefficient === 0) return losses;
  const value = localityLoss(logits, sequences, steepness, tokenMask);
  return [
    ...losses,
    { name: 'locality', value, coefficient: localityCoefficient, atBalance: null },
  ];
}

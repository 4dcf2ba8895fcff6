import type { Balance, RouteContext, Routing } from '@moekit/core';
import { createBalance, createGate, defineRouter, gatedRouter, tokenMean } from '@moekit/core';
import { amount, balanceOptions, numberIn, option, optionsOf } from '@moekit/core/options';
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { div, mul, sum } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { AdaptiveCoefficient } from './adaptive-coefficient.js';
import { openGates } from './open-gates.js';
import { assertTarget, maxExperts, target } from './target.js';

const { balanceScope, balanceWindow } = balanceOptions(1);

const options = optionsOf({
  expertsPerToken: target(),
  startCoefficient: amount(1e-8, 'lambda_0, the first weight of the sparsity loss'),
  coefficientFactor: option(
    numberIn({ min: 1 }),
    1.2,
    'alpha, by which the weight grows or shrinks after each step; 1 keeps it',
  ),
  maxExperts: maxExperts(),
  balanceScope,
  balanceWindow,
});

export interface ReMoEOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface ReMoEInput extends z.input<typeof options> {}

/**
 * ReMoE's decision on given logits. No capacity.
 * Formula:  w_te = r_te = relu(z_te);  L = lambda sum_e f_e mean_t r_te,  f_e = E count_e / (k T)   (2412.14711)
 *   An L1 norm of the gates that weighs the crowded experts more: sparsity and balance in one loss.
 * @param logits float32 [T,E]      @param parts.balance of scale E: sum_e f_e mean_t r_te with f_e = E count_e / pairs
 */
export function routeReMoE(
  logits: Tensor2D,
  settings: ReMoEOptions,
  { lambda, balance }: { lambda: AdaptiveCoefficient; balance: Balance },
  context: RouteContext,
): Routing {
  const [tokens, experts] = logits.shape;
  const { expertsPerToken, maxExperts: most = experts } = settings;
  const { tokenMask } = context;
  const { open, heights, shares } = openGates(logits, { maxExperts: most, tokenMask });
  const { losses, statistics } = balance.of(heights, open, context);
  const fullness = div(tokenMean(sum<Tensor1D>(open, 1), tokenMask), expertsPerToken); // pairs / (k T)
  return {
    combineWeights: heights,
    dispatchMask: open,
    maxPairs: tokens * Math.min(most, experts),
    logits,
    probs: shares,
    losses: losses.map(({ value }) =>
      lambda.times({ name: 'sparsity', value: mul<Scalar>(value, fullness) }),
    ),
    statistics,
  };
}

/** ReMoE (2412.14711): each gate is a ReLU, so that which experts compute a token, and how many, is differentiable. */
export const remoeRouter = defineRouter<ReMoEOptions, ReMoEInput>({
  name: 'remoe',
  apiVersion: 1,
  about: {
    summary: 'Every expert whose ReLU gate is open; an L1 loss is moved until k are on average',
    reference: 'ReMoE, arXiv 2412.14711',
  },
  options,
  create: (spec, settings) => {
    const { expertsPerToken, balanceScope: scope, balanceWindow: window } = settings;
    assertTarget('remoe', expertsPerToken, spec);
    const gate = createGate(spec);
    const lambda = new AdaptiveCoefficient(settings);
    const balance = createBalance(spec.numExperts, { coefficient: 1, scope, window });
    return gatedRouter(spec, {
      name: 'remoe',
      expertsPerToken,
      gates: [gate],
      state: [lambda, balance],
      route: (x, context) => routeReMoE(gate.logits(x), settings, { lambda, balance }, context),
    });
  },
});

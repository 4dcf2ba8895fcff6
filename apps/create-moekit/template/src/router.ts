import type { RouteContext, Router, RouterLoss, RouterSpec, Routing } from '@moekit/core';
import {
  assignmentFractions,
  createGate,
  loadBalancingLoss,
  maskTokens,
  MoekitError,
  select,
  selectTopK,
} from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { div, mul, softmax, sum } from '@tensorflow/tfjs-core';

import type { RouterOptions } from './options.js';

/** Top-k: a token goes to its k likeliest experts, weighted by their probabilities, which are made to sum to 1. */
export function createMyRouter(spec: RouterSpec, options: RouterOptions): Router {
  assertExperts(spec, options);
  const gate = createGate(spec);
  return {
    name: 'my-router',
    numExperts: spec.numExperts,
    causal: true,
    expertsPerToken: options.k,
    route: (x, context) => decide(gate.logits(x), context, options),
    flopsPerToken: gate.flopsPerToken,
    variables: gate.variables,
    dispose: gate.dispose,
  };
}

/** @param logits float32 [T,E] */
function decide(logits: Tensor2D, { tokenMask }: RouteContext, options: RouterOptions): Routing {
  const { k, balanceCoefficient } = options;
  const probs = softmax(logits); // [T,E]
  const mask = select(logits, (z) => maskTokens(selectTopK(z, k), tokenMask)); // constant
  const total = sum(
    mul(
      probs,
      select(logits, (z) => selectTopK(z, k)),
    ),
    1,
    true,
  ); // [T,1], never 0
  const fractions = assignmentFractions(mask, 'assignment', tokenMask); // constant
  const balance: RouterLoss = {
    name: 'load-balancing',
    value: loadBalancingLoss(probs, fractions, { tokenMask }),
    coefficient: balanceCoefficient,
    atBalance: 1,
  };
  return {
    combineWeights: div(mul(probs, mask), total),
    dispatchMask: mask,
    maxPairs: logits.shape[0] * k,
    logits,
    probs,
    losses: balanceCoefficient > 0 ? [balance] : [],
  };
}

/** A check that the schema cannot make. */
function assertExperts({ numExperts }: RouterSpec, { k }: RouterOptions): void {
  if (k <= numExperts) return;
  throw new MoekitError('MOE_OPTIONS', {
    asked: `k must be at most the number of experts, ${numExperts}`,
    got: String(k),
    fix: 'Lower k, or give the layer more experts.',
  });
}

import type {
  RouteContext,
  Router,
  RouterSpec,
  RouterState,
  Routing,
  RoutingStats,
} from '@moekit/core';
import {
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  parameter,
  select,
  selectedSoftmax,
  selectTopK,
} from '@moekit/core';
import { amount, choice, optionsOf, whole } from '@moekit/core/options';
import type { Rank, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, mul, softmax, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertChoices } from './assert-experts.js';

const options = optionsOf({
  k: whole(1, 2, 'Experts per token, at most the number of experts'),
  balance: choice(
    ['sign', 'none'],
    'sign',
    'sign: a bias on the choice rises for experts that get too little; none: as the gate fell',
  ),
  biasRate: amount(0.01, 'Step of the bias, in logits'),
});

export interface FrozenRandomOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface FrozenRandomInput extends z.input<typeof options> {}

/** Top-k with a random gate that never learns: what is left when routing by content is not trained. */
export const frozenRandomRouter = defineRouter<FrozenRandomOptions, FrozenRandomInput>({
  name: 'frozen-random',
  apiVersion: 1,
  about: {
    summary: 'Top-k of a random linear gate that never learns, kept in balance by a bias',
    reference: 'our own control, after Hash layers, arXiv 2106.04426',
  },
  options,
  create: createFrozenRandom,
});

/**
 * Formula:  z = x W, W ~ N(0, 1/D) fixed;  S_t = top-k of z_t + b;  w = softmax(z_t) over S_t, the bias never inside
 *   b_e += rate sign(mean load - load_e) after each step
 * Gradient: through x to the layers below; none to W.
 */
function createFrozenRandom(
  spec: RouterSpec,
  { k, balance, biasRate }: FrozenRandomOptions,
): Router {
  const { numExperts } = spec;
  assertChoices('frozen-random', k, numExperts);
  const gate = createGate(spec, { init: 'normal', trainable: false });
  const bias = parameter<Rank.R2>(new Float32Array(numExperts), [1, numExperts], false);
  const route = (x: Tensor2D, { tokenMask }: RouteContext): Routing => {
    const logits = gate.logits(x); // [T,E]
    const top = select(logits, (z) => selectTopK(add(z, bias), k)); // [T,E]
    const dispatchMask = maskTokens(top, tokenMask);
    return {
      combineWeights: mul(selectedSoftmax(logits, top), dispatchMask),
      dispatchMask,
      maxPairs: x.shape[0] * k,
      logits,
      probs: softmax(logits),
      losses: [],
    };
  };
  const state = [signBalanced(bias, balance === 'sign' ? biasRate : 0)];
  const parts = { name: 'frozen-random', expertsPerToken: k, gates: [gate], reference: true };
  return gatedRouter(spec, { ...parts, state, route });
}

/** A bias that each step moves by its rate towards an even load. */
function signBalanced(bias: Variable<Rank.R2>, rate: number): RouterState {
  const afterStep = ({ tokensPerExpert }: RoutingStats): void => {
    const mean = tokensPerExpert.reduce((sum, n) => sum + n, 0) / tokensPerExpert.length;
    const steps = tokensPerExpert.map((n) => rate * Math.sign(mean - n));
    tidy(() => bias.assign(add(bias, tensor2d(steps, [1, steps.length]))));
  };
  const moves = rate > 0 && { afterStep };
  return { ...moves, variables: () => [bias], dispose: () => bias.dispose() };
}

import type { RouteContext, Router, RouterSpec, Routing } from '@moekit/core';
import {
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  select,
  selectedSoftmax,
  selectTopK,
} from '@moekit/core';
import { amount, choice, optionsOf, whole } from '@moekit/core/options';
import type { QuantileBias, SelectionBias } from '@moekit/core/pieces';
import { createQuantileBias, createSignBias } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, softmax } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertChoices } from './assert-experts.js';

const options = optionsOf({
  k: whole(1, 2, 'Experts per token, at most the number of experts'),
  balance: choice(
    ['sign', 'quantile', 'none'],
    'sign',
    'A bias on the choice that goes one step towards balance (sign) or all the way (quantile); none: as the gate fell',
  ),
  biasRate: amount(0.01, 'Step of the sign bias, in logits'),
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
 *   b after each step: b_e += rate sign(mean load - load_e), or the quantiles that would have balanced the step
 * Gradient: through x to the layers below; none to W.
 */
function createFrozenRandom(spec: RouterSpec, settings: FrozenRandomOptions): Router {
  const { k } = settings;
  assertChoices('frozen-random', k, spec.numExperts);
  const gate = createGate(spec, { init: 'normal', trainable: false });
  const bias = biasOf(spec, settings);
  const route = (x: Tensor2D, context: RouteContext): Routing => {
    const logits = gate.logits(x); // [T,E]
    const offsets = bias?.offsets();
    const top = select(logits, (z) => selectTopK(offsets ? add(z, offsets) : z, k)); // [T,E]
    const dispatchMask = maskTokens(top, context.tokenMask);
    return {
      combineWeights: mul(selectedSoftmax(logits, top), dispatchMask),
      dispatchMask,
      maxPairs: x.shape[0] * k,
      logits,
      probs: softmax(logits),
      losses: [],
      ...bias?.statistics?.(logits, dispatchMask, context),
    };
  };
  const parts = { name: 'frozen-random', expertsPerToken: k, gates: [gate], reference: true };
  return gatedRouter(spec, { ...parts, state: bias ? [bias] : [], route });
}

/** Only quantiles need figures of the batch. */
type Bias = SelectionBias & Partial<Pick<QuantileBias, 'statistics'>>;

function biasOf({ numExperts }: RouterSpec, settings: FrozenRandomOptions): Bias | undefined {
  const { balance, biasRate, k } = settings;
  if (balance === 'none') return undefined;
  if (balance === 'sign') return createSignBias(numExperts, biasRate);
  return createQuantileBias(numExperts, { k, decay: 0, bins: 0 });
}

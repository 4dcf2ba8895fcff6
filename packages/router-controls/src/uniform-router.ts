import type { Router, RouterSpec, Routing } from '@moekit/core';
import { defineRouter, gatedRouter, maskTokens } from '@moekit/core';
import { optionsOf, whole } from '@moekit/core/options';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { cast, cumsum, div, fill, maximum, range, sub, tensor2d } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertChoices } from './assert-experts.js';
import { balancedRows } from './draw-experts.js';
import { lookUp } from './look-up.js';

const options = optionsOf({
  k: whole(1, 2, 'Experts per token, at most the number of experts; all of them: their plain mean'),
});

export interface UniformOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface UniformInput extends z.input<typeof options> {}

/** Random routing in balance, the floor of a comparison: what the experts are worth when nothing chooses among them. */
export const uniformRouter = defineRouter<UniformOptions, UniformInput>({
  name: 'uniform',
  apiVersion: 1,
  about: {
    summary: 'Random experts in perfect balance: what routing is worth, from below',
    reference: 'our own control',
  },
  options,
  create: createUniform,
});

/**
 * Formula:  token number i of the batch, padding not counted, takes row i of a table that context.rng draws again in each
 *   pass; of every E tokens in succession each expert gets k;  w = 1/k, p = 1/E
 */
function createUniform(spec: RouterSpec, { k }: UniformOptions): Router {
  const { numExperts } = spec;
  assertChoices('uniform', k, numExperts);
  const route = (x: Tensor2D, { rng, tokenMask }: Parameters<Router['route']>[1]): Routing => {
    const tokens = x.shape[0];
    const drawn = balancedRows(rng.fork('uniform'), tokens, numExperts, k);
    const experts = tensor2d(drawn, [tokens, k], 'float32');
    const chosen = lookUp({ experts, numExperts }, numbersOf(tokens, tokenMask)); // [T,E]
    const dispatchMask = maskTokens(chosen, tokenMask);
    const shape: [number, number] = [tokens, numExperts];
    return {
      combineWeights: div(dispatchMask, k),
      dispatchMask,
      maxPairs: tokens * k,
      logits: fill(shape, 0),
      probs: fill(shape, 1 / numExperts),
      losses: [],
    };
  };
  const parts = { name: 'uniform', expertsPerToken: k, gates: [], reference: true };
  return gatedRouter(spec, { ...parts, route });
}

/** Each token's number in the batch, padding not counted; int32 [T]. */
function numbersOf(tokens: number, tokenMask: Tensor1D | undefined): Tensor1D {
  if (!tokenMask) return range(0, tokens, 1, 'int32');
  return cast(maximum(sub(cumsum(tokenMask), 1), 0), 'int32');
}

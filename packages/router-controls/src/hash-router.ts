import type { RouteContext, Router, RouterSpec, Routing } from '@moekit/core';
import {
  assertFinite,
  createGate,
  createRng,
  defineRouter,
  gatedRouter,
  maskTokens,
  selectedSoftmax,
} from '@moekit/core';
import { choice, optionsOf, whole } from '@moekit/core/options';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { cast, div, keep, mod, mul, softmax, tensor2d } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertChoices } from './assert-experts.js';
import { idsOf } from './given-in-context.js';
import { independentRows } from './draw-experts.js';
import { lookUp } from './look-up.js';

const options = optionsOf({
  k: whole(1, 1, 'Experts per token, all different, at most the number of experts'),
  weights: choice(
    ['equal', 'learned'],
    'equal',
    'equal: 1/k each, as in the paper; learned: a gate weighs the experts that the table chose',
  ),
  tableSize: whole(
    1,
    65536,
    'Rows of the table; a larger id takes the row of its remainder',
    2 ** 24,
  ),
});

export interface HashOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface HashInput extends z.input<typeof options> {}

/** Hash layers (2106.04426), random hash: a fixed table gives each word of the vocabulary its experts. */
export const hashRouter = defineRouter<HashOptions, HashInput>({
  name: 'hash',
  apiVersion: 1,
  about: {
    summary: 'The experts of a fixed random table, by token id: a choice that is never learned',
    reference: 'Hash layers, arXiv 2106.04426',
  },
  options,
  create: createHash,
});

/**
 * Formula:  S_t = table[id_t mod R], k different experts drawn once from the seed;  w = 1/k on S_t, or
 *   softmax(x W) over S_t
 * The table is drawn from the layer's seed, so a checkpoint need not hold it.
 */
function createHash(spec: RouterSpec, { k, weights, tableSize }: HashOptions): Router {
  const { numExperts } = spec;
  assertChoices('hash', k, numExperts);
  const drawn = independentRows(createRng(spec.seed).fork('hash'), tableSize, numExperts, k);
  const experts = keep(tensor2d(drawn, [tableSize, k], 'float32'));
  const gate = weights === 'learned' ? createGate(spec) : undefined;
  const route = (x: Tensor2D, context: RouteContext): Routing => {
    const rows = cast<Tensor1D>(mod(idsOf(context), tableSize), 'int32');
    const chosen = lookUp({ experts, numExperts }, rows); // [T,E]
    const dispatchMask = maskTokens(chosen, context.tokenMask);
    const shares = (): Tensor2D => div(chosen, k);
    const logits = gate?.logits(x) ?? chosen;
    if (gate) assertFinite(logits);
    return {
      combineWeights: mul(gate ? selectedSoftmax(logits, chosen) : shares(), dispatchMask),
      dispatchMask,
      maxPairs: chosen.shape[0] * k,
      logits,
      probs: gate ? softmax(logits) : shares(),
      losses: [],
    };
  };
  const gates = gate ? [gate] : [];
  const parts = { name: 'hash', expertsPerToken: k, gates, reference: true };
  const router = gatedRouter(spec, { ...parts, route });
  const dispose = () => [router, experts].forEach((part) => part.dispose());
  return { ...router, dispose };
}

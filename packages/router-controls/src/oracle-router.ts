import type { RouteContext, Router, RouterSpec, Routing } from '@moekit/core';
import {
  balanceLosses,
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  select,
  selectedSoftmax,
  selectTopK,
} from '@moekit/core';
import { coefficient, optionsOf, whole } from '@moekit/core/options';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { mod, mul } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertChoices, blockSize } from './assert-experts.js';
import { labelsOf } from './given-in-context.js';
import { insideBlocks, labelBlocks } from './label-blocks.js';

const options = optionsOf({
  numLabels: whole(
    1,
    4,
    'Labels that there are; each has as many of the experts, so it divides their number',
  ),
  k: whole(1, 1, 'Experts per token, at most those of one label'),
  balanceCoefficient: coefficient(
    0.01,
    'Weight of the load-balancing loss, which acts inside the blocks',
  ),
});

export interface OracleOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface OracleInput extends z.input<typeof options> {}

/** Routing by what a router should find out: the reference that MoE Routing Testbed (2604.07030) measures others by. */
export const oracleRouter = defineRouter<OracleOptions, OracleInput>({
  name: 'oracle',
  apiVersion: 1,
  about: {
    summary: "The experts of the token's label, which an ordinary router does not see",
    reference: 'MoE Routing Testbed, arXiv 2604.07030',
  },
  options,
  create: createOracle,
});

/**
 * Formula:  label l owns the experts B_l = l E/L .. (l+1) E/L - 1;  p = softmax of x W over the token's B_l, 0 elsewhere;
 *   S_t = top-k of p;  w = p over S_t, divided by their sum
 *   L = 0.01 E sum_e f_e P_e: the label decides between blocks, so the loss moves the gate inside them alone
 * Gradient: through p, to the gate and to x.
 */
function createOracle(
  spec: RouterSpec,
  { numLabels, k, balanceCoefficient }: OracleOptions,
): Router {
  const size = blockSize(numLabels, spec);
  assertChoices('oracle', k, size);
  const gate = createGate(spec);
  const route = (x: Tensor2D, context: RouteContext): Routing => {
    const { tokenMask } = context;
    const logits = gate.logits(x); // [T,E]
    const labels: Tensor1D = mod(labelsOf(context), numLabels);
    const own = labelBlocks(labels, size, spec.numExperts); // [T,E] of 0/1
    const top = select(logits, (z) => selectTopK(insideBlocks(z, own), k));
    const dispatchMask = maskTokens(top, tokenMask);
    const probs = selectedSoftmax(logits, own);
    return {
      combineWeights: mul(selectedSoftmax(logits, top), dispatchMask),
      dispatchMask,
      maxPairs: x.shape[0] * k,
      logits,
      probs,
      losses: balanceLosses(probs, dispatchMask, { coefficient: balanceCoefficient, tokenMask }),
    };
  };
  return gatedRouter(spec, {
    name: 'oracle',
    expertsPerToken: k,
    gates: [gate],
    reference: true,
    route,
  });
}

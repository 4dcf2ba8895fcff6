import type { Balance, RouteContext, RouterSpec, Routing } from '@moekit/core';
import {
  MoekitError,
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  selectedSoftmax,
} from '@moekit/core';
import {
  balanceOptions,
  choice,
  optional,
  optionsOf,
  whole,
  wholeFrom,
} from '@moekit/core/options';
import { topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { slotBalance, withNullColumn } from './balance.js';
import { KINDS, MOST_SLOTS, columnSum, columns, zeroComputeOf } from './zero-slots.js';

const options = optionsOf({
  k: whole(1, 4, 'Slots per token, of true and null experts together'),
  nullExperts: optional(
    wholeFrom(1, MOST_SLOTS),
    'm, null experts, each with logits of its own; default N',
  ),
  kind: choice(KINDS, 'zero', "The output of a null expert: nothing, or the token's own input"),
  ...balanceOptions(0.02, 'alpha, weight of the balancing loss, which is k at balance'),
});

export interface AdaMoEOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface AdaMoEInput extends z.input<typeof options> {}

interface Rule {
  readonly k: number;
  /** m */
  readonly nullExperts: number;
  readonly kind: (typeof KINDS)[number];
}

/**
 * AdaMoE's decision on given logits. No capacity.
 * Formula:  p = softmax(z) over n + m;  chosen = the k highest;  w_te = p_te / sum of p over the true experts chosen
 *           L = (n + m) sum_i f_i P_i, f_i = count_i / T, for null experts the mean of their f   (2406.13233)
 * @param logits float32 [T,n+m], null experts last      @param balance over n + 1 columns, the last of size m; of scale k (n + m), for its f are shares of k T choices
 *   Gradient: through logits; the choice and f are constants.
 */
export function routeAdaMoE(
  logits: Tensor2D,
  { k, nullExperts, kind }: Rule,
  balance: Balance,
  context: RouteContext,
): Routing {
  const experts = logits.shape[1] - nullExperts;
  const probs: Tensor2D = softmax(logits); // [T,n+m]
  const chosen = maskTokens(topExperts(logits, k), context.tokenMask); // [T,n+m]
  const real = {
    logits: columns(logits, 0, experts),
    probs: columns(probs, 0, experts),
    chosen: columns(chosen, 0, experts),
  }; // [T,n]
  const copied = kind === 'copy' ? columnSum(mul(probs, chosen), experts) : undefined;
  const zeroCompute = zeroComputeOf({ probs, selected: chosen, experts }, copied);
  return {
    combineWeights: mul(selectedSoftmax(real.logits, real.chosen), real.chosen),
    dispatchMask: real.chosen,
    maxPairs: logits.shape[0] * Math.min(k, experts),
    logits: real.logits,
    probs: real.probs,
    ...balance.of(
      withNullColumn(real.probs, zeroCompute.mass),
      withNullColumn(real.chosen, zeroCompute.slots),
      context,
    ),
    zeroCompute,
  };
}

/** AdaMoE (2406.13233): null experts with logits of their own in the pool of top-k. */
export const adaMoERouter = defineRouter<AdaMoEOptions, AdaMoEInput>({
  name: 'adamoe',
  apiVersion: 1,
  about: {
    summary: 'Top-k of true experts and of null experts with logits of their own',
    reference: 'AdaMoE, arXiv 2406.13233, and its released code',
  },
  options,
  create: (spec, settings) => {
    const { k, nullExperts = spec.numExperts } = settings;
    assertSlots(k, nullExperts, spec);
    const slots = spec.numExperts + nullExperts;
    const gate = createGate(spec, { outputs: slots });
    const rule = { ...settings, nullExperts };
    const counts = { kMax: k, nullCopies: nullExperts, fraction: 'token' } as const;
    const balance = slotBalance(spec.numExperts, { ...settings, ...counts });
    return gatedRouter(spec, {
      name: 'adamoe',
      expertsPerToken: (k * spec.numExperts) / slots,
      gates: [gate],
      state: [balance],
      route: (x, context) => routeAdaMoE(gate.logits(x), rule, balance, context),
    });
  },
});

/** @throws MOE_OPTIONS when a token takes more slots than there are */
function assertSlots(k: number, nullExperts: number, { numExperts }: RouterSpec): void {
  if (k <= numExperts + nullExperts) return;
  throw new MoekitError('MOE_OPTIONS', {
    asked: `Options of router adamoe must fit a layer of ${numExperts} experts`,
    got: `k = ${k} with ${nullExperts} null experts`,
    fix: `k: expected a whole number from 1 to ${numExperts + nullExperts}, or more nullExperts.`,
  });
}

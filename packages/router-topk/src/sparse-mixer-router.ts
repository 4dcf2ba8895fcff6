import type { Balance, Rng, RouteContext, Routing } from '@moekit/core';
import {
  assertFinite,
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  select,
  selectedSoftmax,
  selectTopK,
  stopGradient,
  uniformArray,
} from '@moekit/core';
import { amount, balanceOptions, optionsOf } from '@moekit/core/options';
import { balanceOf, routingOf, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { abs, add, cumsum, max, mul, softmax, step, sub, tensor2d } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertTwoExperts } from './assert-experts.js';

const options = optionsOf({
  jitter: amount(
    0.01,
    'Half the relative distance from the best logit within which experts compete',
    1,
  ),
  ...balanceOptions(0.01, 'Weight of the load-balancing loss over both choices'),
});

export interface SparseMixerOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface SparseMixerInput extends z.input<typeof options> {}

/** Finite, so that it can be ranked; its negative is below every logit. */
const CLOSED = 1e30;

/** The scores of some experts, and what ranks below any for the others. */
function among(scores: Tensor2D, some: Tensor2D): Tensor2D {
  return add(mul(scores, some), mul(sub(some, 1), CLOSED));
}

interface Choice {
  /** float32 [T,E] of 0/1, one 1 per row, a constant. */
  readonly chosen: Tensor2D;
  /** float32 [T,E], the softmax over the experts that compete. */
  readonly shares: Tensor2D;
}

/**
 * One choice among the experts that are left: all where none is taken.
 * Formula:  A_t = { e left : (m_t - z_te) / max(|z_te|, m_t) <= 2 jitter },  m_t = max over the experts left of z_te
 *   shares = softmax over A_t;  the expert with the highest z, in training one drawn from the shares
 */
function choose(logits: Tensor2D, jitter: number, noise?: Rng, left?: Tensor2D): Choice {
  const ranked = left ? select(logits, (z) => among(z, left)) : logits;
  const competing = select(logits, (z) => {
    const best: Tensor2D = max(stopGradient(ranked), 1, true); // [T,1]
    const distance = sub(best, z);
    const beyond = (size: Tensor2D) => step(sub(distance, mul(size, 2 * jitter)));
    const close: Tensor2D = sub(1, mul(beyond(abs(z)), beyond(best))); // far is what is beyond both
    return left ? mul(close, left) : close;
  });
  const shares = selectedSoftmax(logits, competing);
  return { chosen: noise ? drawFrom(shares, noise) : topExperts(ranked, 1), shares };
}

/** Numbers in [0, 1) that float32 holds to the last bit, with one to spare: no product with a sum rounds up to the sum. */
const STEPS = 2 ** 23;

/**
 * One expert of each token, drawn with the odds of its shares.
 * Formula:  the first e with sum_{j <= e} share_tj > u_t sum_j share_tj,  u_t ~ U(0,1)
 * @returns float32 [T,E] of 0/1, a constant
 */
function drawFrom(shares: Tensor2D, rng: Rng): Tensor2D {
  const draws = uniformArray(rng, shares.shape[0], 0, STEPS).map((u) => Math.floor(u) / STEPS);
  return select(shares, (p) => {
    const reached: Tensor2D = cumsum(p, 1); // [T,E], up to rounding 1 at the end
    const wanted = mul(max(reached, 1, true), tensor2d(draws, [draws.length, 1])); // [T,1]
    return selectTopK(step(sub(reached, wanted)), 1); // the first 1 of a row
  });
}

/**
 * The decision of PhiMoE on given logits: two choices, each weighed by a softmax of its own, so that weights do not sum to 1.
 * @param logits float32 [T,E]      Gradient: through the shares of the chosen experts.
 */
export function routeSparseMixer(
  logits: Tensor2D,
  { jitter, ...settings }: SparseMixerOptions,
  context: RouteContext,
  balance: Balance = balanceOf(logits.shape[1], settings),
): Routing {
  const { training, rng, tokenMask } = context;
  const draws = (label: string) => (training ? rng.fork(label) : undefined);
  assertFinite(logits);
  const probs: Tensor2D = softmax(logits); // [T,E]
  const first = choose(logits, jitter, draws('first choice'));
  const second = choose(logits, jitter, draws('second choice'), sub(1, first.chosen));
  const selected = maskTokens(add<Tensor2D>(first.chosen, second.chosen), tokenMask);
  return routingOf({
    choices: 2,
    weights: add(mul(first.shares, first.chosen), mul(second.shares, second.chosen)),
    selected,
    dispatched: selected,
    logits,
    probs,
    ...balance.of(probs, selected, context),
  });
}

/** SparseMixer as PhiMoE routes (2409.12136): two choices, each among the experts that come close to the best. */
export const sparseMixerRouter = defineRouter<SparseMixerOptions, SparseMixerInput>({
  name: 'sparse-mixer',
  apiVersion: 1,
  about: {
    summary: 'Two choices, each weighed by the softmax of the experts that come close to it',
    reference: 'GRIN (Phi-3.5-MoE), arXiv 2409.12136',
  },
  options,
  create: (spec, settings) => {
    assertTwoExperts('sparse-mixer', spec);
    const gate = createGate(spec);
    const balance = balanceOf(spec.numExperts, settings);
    return gatedRouter(spec, {
      name: 'sparse-mixer',
      expertsPerToken: 2,
      gates: [gate],
      state: [balance],
      route: (x, context) => routeSparseMixer(gate.logits(x), settings, context, balance),
    });
  },
});

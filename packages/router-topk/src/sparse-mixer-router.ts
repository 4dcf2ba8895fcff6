import type { Balance, Rng, RouteContext, Routing } from '@moekit/core';
import {
  assertFinite,
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  select,
  selectedSoftmax,
} from '@moekit/core';
import { amount, balanceOptions, optionsOf } from '@moekit/core/options';
import { balanceOf, routingOf, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import {
  abs,
  add,
  cast,
  div,
  lessEqual,
  max,
  maximum,
  mul,
  onesLike,
  softmax,
  sub,
} from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertTwoExperts } from './assert-experts.js';
import { gumbelNoise } from './gumbel-ranking.js';

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
 * One choice among the experts that are left.
 * Formula:  A_t = { e left : (m_t - z_te) / max(|z_te|, m_t) <= 2 jitter },  m_t = max over the experts left of z_te
 *   shares = softmax over A_t;  the expert with the highest z, in training one drawn from the shares
 */
function choose(logits: Tensor2D, left: Tensor2D, jitter: number, noise: Rng | undefined): Choice {
  const competing = select(logits, (z) => {
    const ranked = among(z, left);
    const best: Tensor2D = max(ranked, 1, true); // [T,1]
    const distance = div(sub(best, z), maximum(maximum(abs(z), best), 1e-30));
    return mul(cast(lessEqual(distance, 2 * jitter), 'float32'), left);
  });
  const ranking = noise ? add<Tensor2D>(logits, gumbelNoise(noise, logits.shape)) : logits;
  const chosen = topExperts(among(ranking, competing), 1);
  return { chosen, shares: selectedSoftmax(logits, competing) };
}

/**
 * The decision of PhiMoE on given logits: two choices, each weighed by a softmax of its own, so that weights do not sum to 1.
 * @param logits float32 [T,E]      Gradient: through the shares of the chosen experts.
 */
export function routeSparseMixer(
  logits: Tensor2D,
  settings: SparseMixerOptions,
  context: RouteContext,
  balance: Balance = balanceOf(logits.shape[1], settings),
): Routing {
  const { training, rng, tokenMask } = context;
  const draws = (label: string) => (training ? rng.fork(label) : undefined);
  assertFinite(logits);
  const probs: Tensor2D = softmax(logits); // [T,E]
  const all = select(logits, (z) => onesLike(z));
  const first = choose(logits, all, settings.jitter, draws('first choice'));
  const second = choose(logits, sub(all, first.chosen), settings.jitter, draws('second choice'));
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

import type { Balance, RouteContext, Routing } from '@moekit/core';
import { assertFinite, createGate, defineRouter, gatedRouter, maskTokens } from '@moekit/core';
import { amount, balanceOptions, optionsOf } from '@moekit/core/options';
import { balanceOf, routingOf } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, softmax, sub } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertTwoExperts } from './assert-experts.js';
import { chooseAmongClose } from './competing-choice.js';

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
  const first = chooseAmongClose(logits, jitter, draws('first choice'));
  const second = chooseAmongClose(logits, jitter, draws('second choice'), sub(1, first.chosen));
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

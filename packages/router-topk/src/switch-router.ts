import type { Balance, RouteContext, Routing } from '@moekit/core';
import { createGate, defineRouter, gatedRouter, maskTokens, withJitter } from '@moekit/core';
import { amount, balanceOptions, capacityOptions, optionsOf } from '@moekit/core/options';
import { balanceOf, routingOf, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { softmax } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { capacityPer, priority, roomOf } from './room.js';

const options = optionsOf({
  ...capacityOptions(1.25, 2),
  capacityPer: capacityPer(),
  priority: priority(),
  jitter: amount(0.01, 'Input noise of the gate in training: x * U(1 - jitter, 1 + jitter)', 1),
  ...balanceOptions(0.01),
});

export interface SwitchOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface SwitchInput extends z.input<typeof options> {}

/**
 * Switch's decision on given logits: one expert per token, served in token order unless `priority` says otherwise.
 * Formula:  w_te = p_te where e = argmax_e p_te and there is room, p = softmax z   (2101.03961 section 2.1)
 * @param logits float32 [T,E]
 */
export function routeSwitch(
  logits: Tensor2D,
  settings: SwitchOptions,
  context: RouteContext,
  balance: Balance = balanceOf(logits.shape[1], settings),
): Routing {
  const probs: Tensor2D = softmax(logits); // [T,E]
  const selected = maskTokens(topExperts(logits, 1), context.tokenMask);
  const room = roomOf(logits, settings, context, { rounding: 'down' });
  return routingOf({
    choices: 1,
    weights: probs,
    selected,
    dispatched: room.dispatched(selected),
    capacity: room.capacity,
    logits,
    probs,
    ...balance.of(probs, selected, context),
  });
}

/** Switch Transformer (2101.03961): top-1, raw probability as weight, overflow passes by on the residual. */
export const switchRouter = defineRouter<SwitchOptions, SwitchInput>({
  name: 'switch',
  apiVersion: 1,
  about: {
    summary: 'One expert per token, within a capacity',
    reference: 'Switch Transformer, arXiv 2101.03961',
  },
  options,
  create: (spec, settings) => {
    const gate = createGate(spec);
    const balance = balanceOf(spec.numExperts, settings);
    const router = gatedRouter(spec, {
      name: 'switch',
      expertsPerToken: 1,
      gates: [gate],
      state: [balance],
      route: (x, context) => routeSwitch(gate.logits(x), settings, context, balance),
    });
    return withJitter(router, settings.jitter);
  },
});

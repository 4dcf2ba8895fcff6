import type { RouteContext, Routing } from '@moekit/core';
import {
  balanceLosses,
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  stepCapacity,
  withJitter,
  withinCapacity,
} from '@moekit/core';
import { amount, capacityOptions, coefficient, optionsOf } from '@moekit/core/options';
import { routingOf, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { softmax } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

const options = optionsOf({
  ...capacityOptions(1.25, 2),
  jitter: amount(0.01, 'Input noise of the gate in training: x * U(1 - jitter, 1 + jitter)', 1),
  balanceCoefficient: coefficient(0.01, 'Weight of the load-balancing loss'),
});

export interface SwitchOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface SwitchInput extends z.input<typeof options> {}

/**
 * Switch's decision on given logits: one expert per token, served in token order.
 * Formula:  w_te = p_te where e = argmax_e p_te and there is room, p = softmax z   (2101.03961 section 2.1)
 * @param logits float32 [T,E]
 */
export function routeSwitch(
  logits: Tensor2D,
  settings: SwitchOptions,
  context: RouteContext,
): Routing {
  const { tokenMask } = context;
  const probs: Tensor2D = softmax(logits); // [T,E]
  const selected = maskTokens(topExperts(logits, 1), tokenMask);
  const capacity = stepCapacity(logits, settings, context, { rounding: 'down' });
  return routingOf({
    choices: 1,
    weights: probs,
    selected,
    dispatched: withinCapacity(selected, logits, capacity),
    capacity,
    logits,
    probs,
    losses: balanceLosses(probs, selected, { coefficient: settings.balanceCoefficient, tokenMask }),
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
    const router = gatedRouter(spec, {
      name: 'switch',
      expertsPerToken: 1,
      gates: [gate],
      route: (x, context) => routeSwitch(gate.logits(x), settings, context),
    });
    return withJitter(router, settings.jitter);
  },
});

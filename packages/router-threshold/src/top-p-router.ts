import type { Balance, RouteContext, Routing } from '@moekit/core';
import { createGate, defineRouter, gatedRouter, maskTokens, selectedSoftmax } from '@moekit/core';
import { balanceOptions, coefficient, flag, optionsOf, probability } from '@moekit/core/options';
import { balanceOf, entropyLosses, prefixMass } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

const options = optionsOf({
  p: probability(
    0.4,
    'Probability that the experts of a token reach together: 0 is top-1, 1 is all',
  ),
  normalise: flag(
    false,
    'Weights sum to 1 over the selected experts; false: raw probabilities, as in the released code',
  ),
  ...balanceOptions(0.01),
  entropyCoefficient: coefficient(
    1e-4,
    'Weight of the entropy loss, without which a router spreads its probability to be given more experts',
  ),
});

export interface TopPOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface TopPInput extends z.input<typeof options> {}

/** The rest of a decision by prefix mass, next to logits and p. */
export interface TopPRule extends Pick<TopPOptions, 'normalise' | 'entropyCoefficient'> {
  readonly balance: Balance;
}

/**
 * Top-p's decision on given logits (2403.07652 eq. 4-6).
 * Formula:  p_t = softmax(z_t);  S_t the fewest likeliest experts with sum p_te >= p;  w_te = p_te in S_t, else 0
 *   L = balance over all selected pairs + entropy of p_t
 * @param logits float32 [T,E]      Gradient: through probs; the selection is a constant.
 */
export function routeTopP(
  logits: Tensor2D,
  p: number,
  { normalise, entropyCoefficient, balance }: TopPRule,
  context: RouteContext,
): Routing {
  const { tokenMask } = context;
  const probs: Tensor2D = softmax(logits); // [T,E]
  const selected = maskTokens(prefixMass(logits, p), tokenMask); // [T,E]
  const weights = normalise ? selectedSoftmax(logits, selected) : probs; // [T,E], before the mask
  const { losses, statistics } = balance.of(probs, selected, context);
  return {
    combineWeights: mul(weights, selected),
    dispatchMask: selected,
    logits,
    probs,
    losses: [...losses, ...entropyLosses(probs, entropyCoefficient, tokenMask)],
    statistics,
  };
}

/** Dynamic routing of Huang 2024 (2403.07652): XMoE's rule without capacity, its entropy held down by a loss. */
export const topPRouter = defineRouter<TopPOptions, TopPInput>({
  name: 'top-p',
  apiVersion: 1,
  about: {
    summary: 'The likeliest experts until they hold probability p, no capacity, an entropy loss',
    reference: 'Harder tasks need more experts, arXiv 2403.07652',
  },
  options,
  create: (spec, settings) => {
    const balance = balanceOf(spec.numExperts, settings);
    const gate = createGate(spec);
    return gatedRouter(spec, {
      name: 'top-p',
      expertsPerToken: null,
      gates: [gate],
      state: [balance],
      route: (x, context) =>
        routeTopP(gate.logits(x), settings.p, { ...settings, balance }, context),
    });
  },
});

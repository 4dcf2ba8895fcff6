import type { RouteContext, Routing } from '@moekit/core';
import {
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  normalNoise,
  selectedSoftmax,
} from '@moekit/core';
import { routingOf, topExperts } from '@moekit/core/pieces';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, softmax, softplus } from '@tensorflow/tfjs-core';

import type { NoisyTopKInput, NoisyTopKOptions } from './noisy-top-k-options.js';
import { noisyTopKOptions } from './noisy-top-k-options.js';
import { assertTopK } from './assert-experts.js';
import type { NoisyBalance } from './noisy-balance.js';
import { createNoisyBalance } from './noisy-balance.js';
import { selectionProbability } from './selection-probability.js';

/** Keeps the spread above 0 in float32 when softplus underflows. */
const SMALLEST_SPREAD = 1e-12;

/**
 * Noisy top-k's decision on given scores. No capacity.
 * Formula:  H = clean + eps softplus(noise), eps ~ N(0,1) in training and 0 at evaluation
 *   w = softmax over the k highest H;  L = c_i CV(sum_t w_te)^2 + c_l CV(sum_t P_te)^2   (1701.06538 eq. 3-11)
 * @param clean float32 [T,E] x Wg      @param noise float32 [T,E] x Wnoise
 * @returns logits H and probs softmax(H)      Gradient: through H, so through the drawn noise's spread as well.
 */
export function routeNoisyTopK(
  clean: Tensor2D,
  noise: Tensor2D,
  settings: NoisyTopKOptions,
  context: RouteContext,
  balance: NoisyBalance = createNoisyBalance(clean.shape[1], settings),
): Routing {
  const { training, rng, tokenMask } = context;
  const spread = add<Tensor2D>(softplus(noise), Math.max(settings.noiseFloor, SMALLEST_SPREAD));
  const draws = () => normalNoise<Rank.R2>(rng.fork('gate noise'), clean.shape);
  const noisy: Tensor2D = training ? add(clean, mul(draws(), spread)) : clean; // H [T,E]
  const top = topExperts(noisy, settings.k);
  const selected = maskTokens(top, tokenMask);
  const gates = selectedSoftmax(noisy, top);
  const chances = selectionProbability({ clean, noisy, spread }, top, settings.k); // [T,E]
  return routingOf({
    choices: settings.k,
    weights: gates,
    selected,
    dispatched: selected,
    logits: noisy,
    probs: softmax(noisy),
    ...balance.of(gates, chances, context),
  });
}

/** Noisy top-k (Shazeer 2017, 1701.06538): a learned amount of noise explores, two losses balance. */
export const noisyTopKRouter = defineRouter<NoisyTopKOptions, NoisyTopKInput>({
  name: 'noisy-topk',
  apiVersion: 1,
  about: {
    summary: 'The k highest logits under a learned amount of noise',
    reference: 'Shazeer et al., arXiv 1701.06538',
  },
  options: noisyTopKOptions,
  create: (spec, settings) => {
    assertTopK('noisy-topk', settings.k, spec);
    const gate = createGate(spec, { init: settings.init });
    const noise = createGate(spec, { init: settings.init, label: 'noise' });
    const balance = createNoisyBalance(spec.numExperts, settings);
    return gatedRouter(spec, {
      name: 'noisy-topk',
      expertsPerToken: settings.k,
      gates: [gate, noise],
      state: balance.state,
      route: (x, context) =>
        routeNoisyTopK(gate.logits(x), noise.logits(x), settings, context, balance),
    });
  },
});

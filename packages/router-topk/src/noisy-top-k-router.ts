import type { RouteContext, Routing } from '@moekit/core';
import {
  createGate,
  defineRouter,
  gatedRouter,
  maskTokens,
  normalNoise,
  selectedSoftmax,
} from '@moekit/core';
import {
  amount,
  balanceOptions,
  choice,
  coefficient,
  optionsOf,
  whole,
} from '@moekit/core/options';
import type { LoadSpread } from '@moekit/core/pieces';
import { createLoadSpread, routingOf, topExperts } from '@moekit/core/pieces';
import type { Rank, Tensor2D } from '@tensorflow/tfjs-core';
import { add, mul, softmax, softplus } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import { assertTopK } from './assert-experts.js';
import { selectionProbability } from './selection-probability.js';

/** Keeps the spread above 0 in float32 when softplus underflows. */
const SMALLEST_SPREAD = 1e-12;

const { balanceScope, balanceWindow } = balanceOptions(1);

const options = optionsOf({
  k: whole(1, 4, 'Experts per token, at most the number of experts'),
  importanceCoefficient: coefficient(0.1, 'Weight of the importance loss; 0.01 for translation'),
  loadCoefficient: coefficient(0.1, 'Weight of the load loss; 0.01 for translation'),
  variance: choice(
    ['population', 'sample'],
    'population',
    'Variance inside CV^2: over E (original code) or E - 1 (some ports)',
  ),
  balanceScope,
  balanceWindow,
  noiseFloor: amount(0, 'Added to the standard deviation of the noise; 0.01 in the original code'),
  init: choice(
    ['zeros', 'uniform', 'normal'],
    'zeros',
    'How both gates start: zeros start in balance, separated only by the noise',
  ),
});

export interface NoisyTopKOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface NoisyTopKInput extends z.input<typeof options> {}

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
  { importance, load }: NoisyBalance = noisyBalance(clean.shape[1], settings),
): Routing {
  const { training, rng, tokenMask } = context;
  const spread = add<Tensor2D>(softplus(noise), Math.max(settings.noiseFloor, SMALLEST_SPREAD));
  const draws = () => normalNoise<Rank.R2>(rng.fork('gate noise'), clean.shape);
  const noisy: Tensor2D = training ? add(clean, mul(draws(), spread)) : clean; // H [T,E]
  const top = topExperts(noisy, settings.k);
  const selected = maskTokens(top, tokenMask);
  const gates = selectedSoftmax(noisy, top);
  const chances = selectionProbability({ clean, noisy, spread }, top, settings.k); // [T,E]
  const ofGates = importance.of(maskTokens(gates, tokenMask), context);
  const ofChances = load.of(maskTokens(chances, tokenMask), context);
  return routingOf({
    choices: settings.k,
    weights: gates,
    selected,
    dispatched: selected,
    logits: noisy,
    probs: softmax(noisy),
    losses: [...ofGates.losses, ...ofChances.losses],
    statistics: { ...ofGates.statistics, ...ofChances.statistics },
  });
}

/** The two losses of a layer, and the loads that their scope remembers. */
interface NoisyBalance {
  readonly importance: LoadSpread;
  readonly load: LoadSpread;
}

function noisyBalance(experts: number, settings: NoisyTopKOptions): NoisyBalance {
  const { balanceScope: scope, balanceWindow: window, variance } = settings;
  const spread = (name: 'importance' | 'load') =>
    createLoadSpread(experts, {
      name,
      coefficient: settings[`${name}Coefficient`],
      scope,
      window,
      variance,
    });
  return { importance: spread('importance'), load: spread('load') };
}

/** Noisy top-k (Shazeer 2017, 1701.06538): a learned amount of noise explores, two losses balance. */
export const noisyTopKRouter = defineRouter<NoisyTopKOptions, NoisyTopKInput>({
  name: 'noisy-topk',
  apiVersion: 1,
  about: {
    summary: 'The k highest logits under a learned amount of noise',
    reference: 'Shazeer et al., arXiv 1701.06538',
  },
  options,
  create: (spec, settings) => {
    assertTopK('noisy-topk', settings.k, spec);
    const gate = createGate(spec, { init: settings.init });
    const noise = createGate(spec, { init: settings.init, label: 'noise' });
    const balance = noisyBalance(spec.numExperts, settings);
    return gatedRouter(spec, {
      name: 'noisy-topk',
      expertsPerToken: settings.k,
      gates: [gate, noise],
      state: [balance.importance, balance.load],
      route: (x, context) =>
        routeNoisyTopK(gate.logits(x), noise.logits(x), settings, context, balance),
    });
  },
});

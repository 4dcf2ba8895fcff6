import {
  amount,
  flag,
  numberIn,
  optional,
  optionsOf,
  whole,
  wholeFrom,
} from '@moekit/core/options';
import type * as z from 'zod/mini';

import { MOST_SLOTS } from './zero-slots.js';

export const longcatOptions = optionsOf({
  k: whole(1, 3, 'K, slots per token, of real and zero-compute experts together'),
  zeroExperts: optional(
    wholeFrom(0, MOST_SLOTS),
    'Z, experts that return their input; default N / 2, rounded',
  ),
  expertsPerToken: optional(
    numberIn({ min: 0, above: true }),
    'K_e, real experts per token that the bias is moved for; default K N / (N + Z)',
  ),
  scalingFactor: amount(6, 'Factor of all weights, which are raw probabilities'),
  biasSpeed: amount(0.02, "mu, by which a step's error moves the bias of an expert"),
  budgetSpeed: amount(0.5, "mu of the mean error of all experts; the paper's is biasSpeed"),
  gateBias: flag(false, 'Learnable offsets of the logits'),
});

export interface LongcatOptions extends z.output<typeof longcatOptions> {}
/** The options as a program passes them: each has a default. */
export interface LongcatInput extends z.input<typeof longcatOptions> {}

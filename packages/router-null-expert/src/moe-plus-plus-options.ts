import {
  balanceOptions,
  capacityOptions,
  flag,
  numberIn,
  option,
  optionsOf,
  whole,
  wholeFrom,
} from '@moekit/core/options';
import type * as z from 'zod/mini';
import { MOST_SLOTS } from './zero-slots.js';

const count = (fallback: number, what: string) => option(wholeFrom(0, MOST_SLOTS), fallback, what);

/** Options of MoE++, the defaults its paper's (arXiv 2410.07348). */
export const moePlusPlusOptions = optionsOf({
  k: whole(1, 2, 'Slots per token, of all kinds together'),
  zeroExperts: count(1, 'Experts that return nothing'),
  copyExperts: count(1, 'Experts that return their input'),
  constantExperts: count(2, 'Experts that mix their input with a learned vector'),
  tau: option(
    numberIn({ min: 0, above: true }),
    0.75,
    'Share of real experts in load and room, relative to the others: less is less compute',
  ),
  gatingResidual: flag(true, 'Add a map of the logits of the MoE layer before this one'),
  normalise: flag(
    false,
    'Weights sum to 1 over the chosen slots but the zero ones, as in the released code; false: raw probabilities',
  ),
  ...capacityOptions(1.1, null),
  ...balanceOptions(0.01),
});

export interface MoEPlusPlusOptions extends z.output<typeof moePlusPlusOptions> {}
/** The options as a program passes them: each has a default. */
export interface MoEPlusPlusInput extends z.input<typeof moePlusPlusOptions> {}

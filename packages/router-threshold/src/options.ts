import {
  balanceOptions,
  factorOrNull,
  flag,
  minCapacity,
  option,
  optional,
  optionsOf,
  probability,
  wholeFrom,
} from '@moekit/core/options';
import type * as z from 'zod/mini';

/** Options of the threshold router, the defaults XMoE's (arXiv 2403.18926) in training. Unknown options are errors. */
export const thresholdOptions = optionsOf({
  threshold: probability(
    0.9,
    't, probability that the experts of a token reach together: 0 is top-1, 1 is all',
  ),
  within: optional(
    wholeFrom(1),
    "k: choose among a token's k likeliest experts, t a share of what these hold together; t = 1 is top-k",
  ),
  normalise: flag(
    false,
    'Weights sum to 1 over the experts that a token selected; false: raw probabilities (XMoE)',
  ),
  // XMoE keeps gamma * expertWidth = d_ff; 4 is its value for experts of a quarter width (N = 32 in its tables).
  capacityFactor: option(
    factorOrNull(),
    4,
    'gamma, room per expert in training in shares S/N: the ceiling on experts per token; null: no capacity',
  ),
  evalCapacityFactor: option(
    factorOrNull(),
    null,
    'gamma in evaluation, where XMoE has that of training; null: nothing is dropped, so no token depends on another',
  ),
  minCapacity: minCapacity(),
  ...balanceOptions(0.01, 'Weight of the load-balancing loss over first choices'),
});

export interface ThresholdOptions extends z.output<typeof thresholdOptions> {}
/** The options as a program passes them: each has a default. */
export interface ThresholdInput extends z.input<typeof thresholdOptions> {}

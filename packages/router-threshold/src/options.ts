import {
  coefficient,
  minCapacity,
  numberIn,
  option,
  optional,
  optionsOf,
  probability,
} from '@moekit/core/options';
import type * as z from 'zod/mini';

const factor = numberIn({ min: 0, above: true });

/** Options of the threshold router, the defaults XMoE's (arXiv 2403.18926). Unknown options are errors. */
export const thresholdOptions = optionsOf({
  threshold: probability(
    0.9,
    't, probability that the experts of a token reach together: 0 is top-1, 1 is all',
  ),
  // XMoE keeps gamma * expertWidth = d_ff; 4 is its value for experts of a quarter width (N = 32 in its tables).
  capacityFactor: option(
    factor,
    4,
    'gamma, room per expert in training in shares S/N: the ceiling on experts per token',
  ),
  evalCapacityFactor: optional(
    factor,
    'gamma in evaluation, where capacity acts too; default that of training',
  ),
  minCapacity: minCapacity(),
  balanceCoefficient: coefficient(0.01, 'Weight of the balancing loss'),
});

export interface ThresholdOptions extends z.output<typeof thresholdOptions> {}
/** The options as a program passes them: each has a default. */
export interface ThresholdInput extends z.input<typeof thresholdOptions> {}

import { unknownOption } from '@moekit/core';
import { z } from 'zod';

const share = 'expected a number from 0 to 1';
const positive = 'expected a number above 0';
const notNegative = 'expected a number of at least 0';
const wholePositive = 'expected a whole number of at least 1';

const shape = {
  threshold: z
    .number(share)
    .min(0, share)
    .max(1, share)
    .default(0.9)
    .describe('t, probability that the experts of a token reach together: 0 is top-1, 1 is all'),
  // XMoE keeps gamma * expertWidth = d_ff; 4 is its value for experts of a quarter width (N = 32 in its tables).
  capacityFactor: z
    .number(positive)
    .positive(positive)
    .default(4)
    .describe('gamma, room per expert in training in shares S/N: the ceiling on experts per token'),
  evalCapacityFactor: z
    .number(positive)
    .positive(positive)
    .optional()
    .describe('gamma in evaluation, where capacity acts too; default that of training'),
  minCapacity: z
    .int(wholePositive)
    .min(1, wholePositive)
    .default(4)
    .describe('Rows that each expert has room for, however small the batch'),
  balanceCoefficient: z
    .number(notNegative)
    .min(0, notNegative)
    .default(0.01)
    .describe('Weight of the balancing loss; 0 leaves the loss out'),
};

/** Options of the threshold router, the defaults XMoE's (arXiv 2403.18926). Unknown options are errors. */
export const thresholdOptions = z.strictObject(shape, { error: unknownOption(shape) });

export type ThresholdOptions = z.output<typeof thresholdOptions>;
/** What a program may pass: every option has a default. */
export type ThresholdInput = z.input<typeof thresholdOptions>;

import { unknownOption } from '@moekit/core';
// the part of zod that a web page can carry: a third of its bytes
import * as z from 'zod/mini';

const share = 'expected a number from 0 to 1';
const positive = 'expected a number above 0';
const notNegative = 'expected a number of at least 0';
const wholePositive = 'expected a whole number of at least 1';

const factor = z.number(positive).check(z.positive(positive));

const shape = {
  threshold: z
    ._default(z.number(share).check(z.minimum(0, share), z.maximum(1, share)), 0.9)
    .check(
      z.describe('t, probability that the experts of a token reach together: 0 is top-1, 1 is all'),
    ),
  // XMoE keeps gamma * expertWidth = d_ff; 4 is its value for experts of a quarter width (N = 32 in its tables).
  capacityFactor: z
    ._default(factor, 4)
    .check(
      z.describe(
        'gamma, room per expert in training in shares S/N: the ceiling on experts per token',
      ),
    ),
  evalCapacityFactor: z
    .optional(factor)
    .check(z.describe('gamma in evaluation, where capacity acts too; default that of training')),
  minCapacity: z
    ._default(z.int(wholePositive).check(z.minimum(1, wholePositive)), 4)
    .check(z.describe('Rows that each expert has room for, however small the batch')),
  balanceCoefficient: z
    ._default(z.number(notNegative).check(z.minimum(0, notNegative)), 0.01)
    .check(z.describe('Weight of the balancing loss; 0 leaves the loss out')),
};

/** Options of the threshold router, the defaults XMoE's (arXiv 2403.18926). Unknown options are errors. */
export const thresholdOptions = z.strictObject(shape, { error: unknownOption(shape) });

export type ThresholdOptions = z.output<typeof thresholdOptions>;
/** What a program may pass: every option has a default. */
export type ThresholdInput = z.input<typeof thresholdOptions>;

import { unknownOption } from '@moekit/core';
import { z } from 'zod';

const density = 'expected a number above 0 and at most 1';
const notNegative = 'expected a number of at least 0';
const whole = (min: number) => `expected a whole number of at least ${min}`;
const words = <const Words extends readonly [string, ...string[]]>(...of: Words) =>
  z.enum(of, `expected one of ${of.map((word) => `'${word}'`).join(', ')}`);

const shape = {
  kMax: z
    .int(whole(1))
    .min(1, whole(1))
    .default(4)
    .describe('Slots per token: a token reaches 0 to kMax real experts'),
  density: z
    .number(density)
    .gt(0, density)
    .max(1, density)
    .default(0.5)
    .describe('rho, share of slots that balance gives to real experts; 1 is no null experts'),
  nullCopies: z
    .int(whole(0))
    .min(0, whole(0))
    .optional()
    .describe('M, null slots beside the N real ones; default N (1 - density) / density'),
  kind: words('zero', 'copy')
    .default('zero')
    .describe("What a null slot returns: nothing, or the token's own input"),
  gateNorm: words('real', 'none', 'all')
    .optional()
    .describe(
      'Weights divided by the selected real sum, not at all, or by the sum of all kMax slots',
    ),
  nullBias: z
    .union([z.boolean(), z.number()], 'expected true, false or the value to start from')
    .default(true)
    .describe('A learnable offset of the null logit, from 0 or from the value given'),
  realBias: z
    .boolean('expected true or false')
    .default(true)
    .describe('Learnable offsets of the real logits, which let the null share reach its target'),
  balanceCoefficient: z
    .number(notNegative)
    .min(0, notNegative)
    .default(0.02)
    .describe('Weight of the load-balancing loss over all N + M slots; 0 leaves the loss out'),
  fraction: words('assignment', 'token')
    .default('assignment')
    .describe(
      'Denominator of the load fractions: T kMax, or T (the loss is then kMax times larger)',
    ),
  balanceScope: words('batch', 'global')
    .default('batch')
    .describe('Load fractions of this batch alone, or of the last balanceWindow steps with it'),
  balanceWindow: z
    .int(whole(1))
    .min(1, whole(1))
    .default(16)
    .describe("Steps that balanceScope 'global' looks back over, this one included"),
  zCoefficient: z
    .number(notNegative)
    .min(0, notNegative)
    .default(0.001)
    .describe('Weight of the z-loss; 0 leaves the loss out'),
  zLossOver: words('expanded', 'raw')
    .default('expanded')
    .describe('Logits of the z-loss: all N + M slots, or the N + 1 that the gate makes'),
};

/** Options of the null-expert router, the defaults the paper's (arXiv 2601.15370) where it has one. */
export const nullExpertOptions = z
  .strictObject(shape, { error: unknownOption(shape) })
  .refine(({ kind, gateNorm }) => kind === 'zero' || gateNorm !== 'real', {
    path: ['gateNorm'],
    error: "expected 'all' or 'none' with kind 'copy', whose null slots need a weight of their own",
  });

export type NullExpertOptions = z.output<typeof nullExpertOptions>;
/** What a program may pass: every option has a default. */
export type NullExpertInput = z.input<typeof nullExpertOptions>;

import { unknownOption } from '@moekit/core';
// the part of zod that a web page can carry: a third of its bytes
import * as z from 'zod/mini';

const density = 'expected a number above 0 and at most 1';
const notNegative = 'expected a number of at least 0';
const whole = (min: number) => `expected a whole number of at least ${min}`;
const words = <const Words extends readonly [string, ...string[]]>(...of: Words) =>
  z.enum(of, `expected one of ${of.map((word) => `'${word}'`).join(', ')}`);

const wholeFrom = (min: number) => z.int(whole(min)).check(z.minimum(min, whole(min)));
const weight = z.number(notNegative).check(z.minimum(0, notNegative));

const shape = {
  kMax: z
    ._default(wholeFrom(1), 4)
    .check(z.describe('Slots per token: a token reaches 0 to kMax real experts')),
  density: z
    ._default(z.number(density).check(z.gt(0, density), z.maximum(1, density)), 0.5)
    .check(
      z.describe('rho, share of slots that balance gives to real experts; 1 is no null experts'),
    ),
  nullCopies: z
    .optional(wholeFrom(0))
    .check(z.describe('M, null slots beside the N real ones; default N (1 - density) / density')),
  kind: z
    ._default(words('zero', 'copy'), 'zero')
    .check(z.describe("What a null slot returns: nothing, or the token's own input")),
  gateNorm: z
    .optional(words('real', 'none', 'all'))
    .check(
      z.describe(
        'Weights divided by the selected real sum, not at all, or by the sum of all kMax slots',
      ),
    ),
  nullBias: z
    ._default(
      z.union([z.boolean(), z.number()], 'expected true, false or the value to start from'),
      true,
    )
    .check(z.describe('A learnable offset of the null logit, from 0 or from the value given')),
  realBias: z
    ._default(z.boolean('expected true or false'), true)
    .check(
      z.describe('Learnable offsets of the real logits, which let the null share reach its target'),
    ),
  balanceCoefficient: z
    ._default(weight, 0.02)
    .check(
      z.describe('Weight of the load-balancing loss over all N + M slots; 0 leaves the loss out'),
    ),
  fraction: z
    ._default(words('assignment', 'token'), 'assignment')
    .check(
      z.describe(
        'Denominator of the load fractions: T kMax, or T (the loss is then kMax times larger)',
      ),
    ),
  balanceScope: z
    ._default(words('batch', 'global'), 'batch')
    .check(
      z.describe('Load fractions of this batch alone, or of the last balanceWindow steps with it'),
    ),
  balanceWindow: z
    ._default(wholeFrom(1), 16)
    .check(z.describe("Steps that balanceScope 'global' looks back over, this one included")),
  zLossCoefficient: z
    ._default(weight, 0.001)
    .check(z.describe('Weight of the z-loss; 0 leaves the loss out')),
  zLossOver: z
    ._default(words('expanded', 'raw'), 'expanded')
    .check(z.describe('Logits of the z-loss: all N + M slots, or the N + 1 that the gate makes')),
};

/** Options of the null-expert router, the defaults the paper's (arXiv 2601.15370) where it has one. */
export const nullExpertOptions = z.strictObject(shape, { error: unknownOption(shape) }).check(
  z.refine(({ kind, gateNorm }) => kind === 'zero' || gateNorm !== 'real', {
    path: ['gateNorm'],
    error: "expected 'all' or 'none' with kind 'copy', whose null slots need a weight of their own",
  }),
);

export type NullExpertOptions = z.output<typeof nullExpertOptions>;
/** What a program may pass: every option has a default. */
export type NullExpertInput = z.input<typeof nullExpertOptions>;

import {
  choice,
  balanceOptions,
  coefficient,
  flag,
  option,
  optional,
  optionsOf,
  share,
  whole,
  wholeFrom,
  wordOf,
} from '@moekit/core/options';
// the part of zod that a web page can carry: a third of its bytes
import * as z from 'zod/mini';

import { FRACTIONS, GATE_NORMS, KINDS, Z_LOSS_LOGITS } from './rule.js';

const nullBias = z.union(
  [z.boolean(), z.number()],
  'expected true, false or the value to start from',
);

const options = optionsOf({
  kMax: whole(1, 4, 'Slots per token: a token reaches 0 to kMax real experts'),
  density: share(
    0.5,
    'rho, share of slots that balance gives to real experts; 1 leaves out null experts',
  ),
  nullCopies: optional(
    wholeFrom(0),
    'M, null slots next to the N real ones; default N (1 - density) / density',
  ),
  kind: choice(KINDS, 'zero', "The output of a null slot: nothing, or the token's own input"),
  gateNorm: optional(
    wordOf(GATE_NORMS),
    'Weights divided by the selected real sum, not at all, or by the sum of all kMax slots',
  ),
  nullBias: option(
    nullBias,
    true,
    'A learnable offset of the null logit, from 0 or from the value given',
  ),
  realBias: flag(
    true,
    'Learnable offsets of the real logits, which let the null share reach its target',
  ),
  ...balanceOptions(0.02, 'Weight of the load-balancing loss over all N + M slots'),
  fraction: choice(
    FRACTIONS,
    'assignment',
    'Denominator of the load fractions: T kMax, or T (the loss is then kMax times larger)',
  ),
  zLossCoefficient: coefficient(0.001, 'Weight of the router z-loss'),
  zLossOver: choice(
    Z_LOSS_LOGITS,
    'expanded',
    'Logits of the z-loss: all N + M slots, or the N + 1 that the gate makes',
  ),
});

/** Options of the null-expert router, the defaults the paper's (arXiv 2601.15370) where it has one. */
export const nullExpertOptions = options.check(
  z.refine(({ kind, gateNorm }) => kind === 'zero' || gateNorm !== 'real', {
    path: ['gateNorm'],
    error: "expected 'all' or 'none' with kind 'copy', whose null slots need a weight of their own",
  }),
);

export interface NullExpertOptions extends z.output<typeof nullExpertOptions> {}
/** The options as a program passes them: each has a default. */
export interface NullExpertInput extends z.input<typeof nullExpertOptions> {}

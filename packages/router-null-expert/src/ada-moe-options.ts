import {
  balanceOptions,
  choice,
  optional,
  optionsOf,
  whole,
  wholeFrom,
} from '@moekit/core/options';
import type * as z from 'zod/mini';

import { KINDS, MOST_SLOTS } from './zero-slots.js';

export const adaMoEOptions = optionsOf({
  k: whole(1, 4, 'Slots per token, of true and null experts together'),
  nullExperts: optional(
    wholeFrom(1, MOST_SLOTS),
    'm, null experts, each with logits of its own; default N',
  ),
  kind: choice(KINDS, 'zero', "The output of a null expert: nothing, or the token's own input"),
  ...balanceOptions(0.02, 'alpha, weight of the balancing loss, which is k at balance'),
});

export interface AdaMoEOptions extends z.output<typeof adaMoEOptions> {}
/** The options as a program passes them: each has a default. */
export interface AdaMoEInput extends z.input<typeof adaMoEOptions> {}

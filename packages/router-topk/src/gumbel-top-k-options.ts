import {
  balanceOptions,
  factorOrNull,
  flag,
  minCapacity,
  optional,
  optionsOf,
  whole,
} from '@moekit/core/options';
import * as z from 'zod/mini';

const given = optionsOf({
  k: whole(1, 2, 'Experts per token, at most the number of experts'),
  capacityFactor: optional(
    factorOrNull(),
    'Room in each expert while training, in shares of T / E; default k, null: no capacity',
  ),
  evalCapacityFactor: optional(factorOrNull(), 'The same at evaluation; default k'),
  minCapacity: minCapacity(),
  noiseAtEvaluation: flag(
    false,
    'Draw noise at evaluation too, as the reference code does: two evaluations of one text then differ',
  ),
  ...balanceOptions(0.01, 'Weight of the load-balancing loss over first choices'),
});

/** Capacity factors that are not given are k. */
export const gumbelTopKOptions = z.pipe(
  given,
  z.transform(
    ({
      capacityFactor: training,
      evalCapacityFactor: evaluation,
      ...rest
    }: z.output<typeof given>) => ({
      ...rest,
      capacityFactor: training === undefined ? rest.k : training,
      evalCapacityFactor: evaluation === undefined ? rest.k : evaluation,
    }),
  ),
);

export interface GumbelTopKOptions extends z.output<typeof gumbelTopKOptions> {}
/** The options as a program passes them: each has a default. */
export interface GumbelTopKInput extends z.input<typeof gumbelTopKOptions> {}

import * as z from 'zod/mini';

import { unknownOption } from '../contract/parse-options.js';
import type { BalanceScope } from '../losses/balance.js';
import { BALANCE_SCOPES } from '../losses/balance.js';
import { factorOrNull, numberIn, wholeFrom, wordOf } from './values.js';

/** The options of one router; an unknown one is an error that lists the known ones. */
export function optionsOf<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, { error: unknownOption(shape) });
}

/** An option with a default. @param what one phrase for tables and editors */
export function option<Value extends z.core.SomeType>(
  value: Value,
  fallback: z.core.util.NoUndefined<z.core.output<Value>>,
  what: string,
) {
  return z._default(value, fallback).check(z.describe(what));
}

/** An option that the router chooses itself where it is left out. */
export function optional<Value extends z.core.SomeType>(value: Value, what: string) {
  return z.optional(value).check(z.describe(what));
}

/** A whole number of at least `min`, up to `max` where there is one. */
export function whole(min: number, fallback: number, what: string, max = Infinity) {
  return option(wholeFrom(min, max), fallback, what);
}

/** The weight of a loss; 0 leaves the loss out of the routing. */
export function coefficient(fallback: number, what: string) {
  return option(numberIn({ min: 0 }), fallback, `${what}; 0 leaves the loss out`);
}

/** A share in (0, 1]. */
export function share(fallback: number, what: string) {
  return option(numberIn({ min: 0, above: true, max: 1 }), fallback, what);
}

/** A probability in [0, 1]. */
export function probability(fallback: number, what: string) {
  const error = 'expected a number from 0 to 1';
  const value = z.number({ error }).check(z.minimum(0, { error }), z.maximum(1, { error }));
  return option(value, fallback, what);
}

/** A non-negative amount, up to `max` where there is one. */
export function amount(fallback: number, what: string, max = Infinity) {
  return option(numberIn({ min: 0, max }), fallback, what);
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  fallback: Words[number],
  what: string,
) {
  return option(wordOf(words), fallback as never, what);
}

/** Yes or no. */
export function flag(fallback: boolean, what: string) {
  return option(z.boolean({ error: 'expected true or false' }), fallback, what);
}

/** The room that each expert has however small the batch. */
export function minCapacity() {
  return whole(1, 4, 'Rows each expert has room for at least');
}

/** The three options of every router with a capacity, with its paper's factors as defaults. */
export function capacityOptions(train: number | null, evaluation: number | null) {
  return {
    capacityFactor: option(
      factorOrNull(),
      train,
      'Room in each expert while training, as a multiple of a perfectly even share; null: no capacity',
    ),
    evalCapacityFactor: option(factorOrNull(), evaluation, 'The same at evaluation'),
    minCapacity: minCapacity(),
  };
}

/** The options of every router with a load-balancing loss: see createBalance. */
export function balanceOptions(
  weight: number,
  what = 'Weight of the load-balancing loss',
  scope: BalanceScope = 'micro-batch',
) {
  return {
    balanceCoefficient: coefficient(weight, what),
    balanceScope: choice(
      BALANCE_SCOPES,
      scope,
      'Tokens whose loads are to be even together: each sequence, each micro-batch, the batch of the step, or the last steps too',
    ),
    balanceWindow: whole(
      1,
      16,
      "Steps that balanceScope 'window' looks back over, this one included",
    ),
  };
}

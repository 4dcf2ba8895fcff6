import { unknownOption } from '@moekit/core';
// the part of zod that a web page can carry: a third of its bytes
import * as z from 'zod/mini';

/** The options of one router; an unknown one is an error that lists the known ones. */
export function optionsOf<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, { error: unknownOption(shape) });
}

/** A real number from `min` (`above`: greater than it) to `max`; every refusal names the range. */
function real(range: { min: number; above?: boolean; max?: number }) {
  const { min, above = false, max = Infinity } = range;
  const low = above ? `a number above ${min}` : `a number of at least ${min}`;
  const error = max === Infinity ? `expected ${low}` : `expected ${low} and at most ${max}`;
  const least = above ? z.gt(min, { error }) : z.minimum(min, { error });
  const most = max === Infinity ? [] : [z.maximum(max, { error })];
  return z.number({ error }).check(least, ...most);
}

/** A whole number of at least `min`. */
export function whole(min: number, fallback: number, what: string) {
  const error = `expected a whole number of at least ${min}`;
  const bounded = z.int({ error }).check(z.minimum(min, { error }));
  return z._default(bounded, fallback).check(z.describe(what));
}

/** The weight of a loss; 0 leaves the loss out of the routing. */
export function coefficient(fallback: number, what: string) {
  return z._default(real({ min: 0 }), fallback).check(z.describe(`${what}; 0 leaves the loss out`));
}

/** A share in (0, 1]. */
export function share(fallback: number, what: string) {
  return z._default(real({ min: 0, above: true, max: 1 }), fallback).check(z.describe(what));
}

/** A non-negative amount, up to `max` where there is one. */
export function amount(fallback: number, what: string, max?: number) {
  const range = max === undefined ? { min: 0 } : { min: 0, max };
  return z._default(real(range), fallback).check(z.describe(what));
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  fallback: Words[number],
  what: string,
) {
  const error = `expected one of ${words.map((word) => `'${word}'`).join(', ')}`;
  return z._default(z.enum(words, { error }), fallback as never).check(z.describe(what));
}

/** Yes or no. */
export function flag(fallback: boolean, what: string) {
  const given = z.boolean({ error: 'expected true or false' });
  return z._default(given, fallback).check(z.describe(what));
}

/** A capacity factor: above 0, or null for no capacity. */
function factor() {
  const error = 'expected a number above 0, or null for no capacity';
  return z.nullable(z.number({ error }).check(z.gt(0, { error })));
}

/** One that is left to the router where it is not given. */
export function optionalFactor(what: string) {
  return z.optional(factor()).check(z.describe(what));
}

function givenFactor(fallback: number | null, what: string) {
  return z._default(factor(), fallback).check(z.describe(what));
}

export const minCapacity = whole(1, 4, 'Rows each expert has room for at least');

/** The three options of every router with a capacity, with its paper's factors as defaults. */
export function capacityOptions(train: number | null, evaluation: number | null) {
  return {
    capacityFactor: givenFactor(
      train,
      'Room in each expert while training, as a multiple of a perfectly even share; null: no capacity',
    ),
    evalCapacityFactor: givenFactor(evaluation, 'The same at evaluation'),
    minCapacity,
  };
}

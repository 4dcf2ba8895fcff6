import { unknownOption } from '@moekit/core';
import { z } from 'zod';

/** The options of one router; an unknown one is an error that lists the known ones. */
export function optionsOf<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, { error: unknownOption(shape) });
}

/** A real number from `min` (`above`: greater than it) to `max`; every refusal names the range. */
function real(range: { min: number; above?: boolean; max?: number }) {
  const { min, above = false, max = Infinity } = range;
  const low = above ? `a number above ${min}` : `a number of at least ${min}`;
  const error = max === Infinity ? `expected ${low}` : `expected ${low} and at most ${max}`;
  const bounded = above
    ? z.number({ error }).gt(min, { error })
    : z.number({ error }).min(min, { error });
  return max === Infinity ? bounded : bounded.max(max, { error });
}

/** A whole number of at least `min`. */
export function whole(min: number, fallback: number, what: string) {
  const error = `expected a whole number of at least ${min}`;
  return z.int({ error }).min(min, { error }).default(fallback).describe(what);
}

/** The weight of a loss; 0 leaves the loss out of the routing. */
export function coefficient(fallback: number, what: string) {
  return real({ min: 0 }).default(fallback).describe(`${what}; 0 leaves the loss out`);
}

/** A share in (0, 1]. */
export function share(fallback: number, what: string) {
  return real({ min: 0, above: true, max: 1 }).default(fallback).describe(what);
}

/** A non-negative amount, up to `max` where there is one. */
export function amount(fallback: number, what: string, max?: number) {
  const range = max === undefined ? { min: 0 } : { min: 0, max };
  return real(range).default(fallback).describe(what);
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  fallback: Words[number],
  what: string,
) {
  const error = `expected one of ${words.map((word) => `'${word}'`).join(', ')}`;
  return z
    .enum(words, { error })
    .default(fallback as never)
    .describe(what);
}

/** Yes or no. */
export function flag(fallback: boolean, what: string) {
  return z.boolean({ error: 'expected true or false' }).default(fallback).describe(what);
}

/** A capacity factor: above 0, or null for no capacity. */
export function factor(what: string) {
  const error = 'expected a number above 0, or null for no capacity';
  return z.number({ error }).gt(0, { error }).nullable().describe(what);
}

export const minCapacity = whole(1, 4, 'Rows each expert has room for at least');

/** The three options of every router with a capacity, with its paper's factors as defaults. */
export function capacityOptions(train: number | null, evaluation: number | null) {
  return {
    capacityFactor: factor(
      'Room in each expert while training, as a multiple of a perfectly even share; null: no capacity',
    ).default(train),
    evalCapacityFactor: factor('The same at evaluation').default(evaluation),
    minCapacity,
  };
}

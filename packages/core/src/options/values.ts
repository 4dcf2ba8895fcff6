// the part of zod that a web page can carry: a third of its bytes
import * as z from 'zod/mini';
import { assertKinds } from '../arguments/assert-kinds.js';
import { unknownWord } from '../contract/parse-options.js';

/** A whole number of at least `min`, up to `max` where there is one. */
export function wholeFrom(min: number, max = Infinity) {
  const least = `expected a whole number of at least ${min}`;
  const error = max === Infinity ? least : `${least} and at most ${max}`;
  const most = max === Infinity ? [] : [z.maximum(max, { error })];
  return z.int({ error }).check(z.minimum(min, { error }), ...most);
}

export interface Range {
  readonly min: number;
  /** The number is greater than `min`, not only as great. Default false. */
  readonly above?: boolean;
  /** Default: no limit. */
  readonly max?: number;
}

/** A real number of a range; every refusal names the range. */
export function numberIn(range: Range) {
  assertKinds('numberIn', range, { min: 'number' });
  const { min, above = false, max = Infinity } = range;
  const low = above ? `a number above ${min}` : `a number of at least ${min}`;
  const error = max === Infinity ? `expected ${low}` : `expected ${low} and at most ${max}`;
  const least = above ? z.gt(min, { error }) : z.minimum(min, { error });
  const most = max === Infinity ? [] : [z.maximum(max, { error })];
  return z.number({ error }).check(least, ...most);
}

/** One of a few words. */
export function wordOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  assertKinds('wordOf', { words }, { words: 'list' });
  return z.enum(words, { error: unknownWord(words) });
}

/** A capacity factor: above 0, or null for no capacity. */
export function factorOrNull() {
  const error = 'expected a number above 0, or null for no capacity';
  return z.nullable(z.number({ error }).check(z.gt(0, { error })));
}

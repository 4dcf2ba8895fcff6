import { describeValue, isLiveTensor } from '@moekit/kernels';
import type { Tensor } from '@tensorflow/tfjs-core';

import { fail } from '../errors.js';

/**
 * Holds a tensor that a caller passes against its type and shape, before anything is computed from it.
 * @param what whose argument it is, and its name: `tokenMask of an MoE layer`
 * @param shape a number is that size, a letter any size from 1
 * @throws MOE_SHAPE
 */
export function assertTensor(
  what: string,
  x: unknown,
  shape: readonly (number | string)[],
  { dtype = 'float32', fix = 'Pass a tensor of that type and shape, not yet disposed.' } = {},
): asserts x is Tensor {
  const fits =
    isLiveTensor(x) &&
    x.dtype === dtype &&
    x.rank === shape.length &&
    shape.every((size, i) => (typeof size === 'number' ? size === x.shape[i] : x.shape[i]! >= 1));
  if (fits) return;
  const empty = isLiveTensor(x) && x.rank === shape.length && x.shape.includes(0);
  throw fail('MOE_SHAPE', {
    asked: `${what} must be ${dtype} [${shape.join(', ')}]${empty ? ', each of them at least 1' : ''}`,
    got: describeValue(x),
    fix: empty ? 'Leave out a batch that has no token.' : fix,
  });
}

/**
 * A row of E numbers for each of T tokens, of which there may be none.
 * @throws MOE_SHAPE
 */
export function assertRows(what: string, x: unknown): asserts x is Tensor {
  const tokens = isLiveTensor(x) && x.shape[0] === 0 ? 0 : 'T';
  assertTensor(what, x, [tokens, 'E']);
}

/**
 * Refuses unknown members: a misspelt one would pass as a default.
 * @param what whose they are: `FeedForwardExperts`
 * @throws MOE_OPTIONS naming the unknown member and the known ones
 */
export function assertMembers(what: string, given: object, known: readonly string[]): void {
  assertObject(what, given, known);
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw fail('MOE_OPTIONS', {
    asked: `${what} accepts ${known.join(', ')}`,
    got: unknown.join(', '),
    fix: 'Correct the name, or leave it out.',
  });
}

/** @throws MOE_OPTIONS unless there is an object to take members from */
export function assertObject(what: string, given: unknown, members: readonly string[]): void {
  if (typeof given === 'object' && given !== null) return;
  throw fail('MOE_OPTIONS', {
    asked: `${what} needs an object with ${members.join(', ')}`,
    got: describeValue(given),
    fix: 'Pass such an object.',
  });
}

/** @throws MOE_OPTIONS unless the value is one of a few words */
export function assertWord(what: string, value: unknown, words: readonly string[]): void {
  if (words.includes(value as string)) return;
  refuse(what, `one of ${words.join(', ')}`, value);
}

/** @throws MOE_OPTIONS unless the value is a finite number of at least `min` (`above`: greater than it) */
export function assertNumber(
  what: string,
  value: unknown,
  { min = -Infinity, above = false, whole = false, max = Infinity } = {},
): void {
  const number = typeof value === 'number' && Number.isFinite(value);
  const inside = number && (above ? value > min : value >= min) && value <= max;
  if (inside && (!whole || Number.isInteger(value))) return;
  const range = min === -Infinity ? '' : above ? ` above ${min}` : ` of at least ${min}`;
  const most = max === Infinity ? '' : ` and at most ${max}`;
  refuse(what, `a ${whole ? 'whole' : 'finite'} number${range}${most}`, value);
}

function refuse(what: string, expected: string, value: unknown): never {
  throw fail('MOE_OPTIONS', {
    asked: `${what} must be ${expected}`,
    got: describeValue(value),
    fix: 'Correct it, or leave it out where it has a default.',
  });
}

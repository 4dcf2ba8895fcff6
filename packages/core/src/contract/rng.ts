import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

import { describeValue } from '@moekit/kernels';

import { assertNumber } from '../arguments/assert-arguments.js';
import { fail } from '../errors.js';

/** A seeded source of randomness. Two with the same seed give the same numbers, on every platform. */
export interface Rng {
  /** A number in [0, 1). */
  uniform(): number;
  /** A standard normal number. */
  normal(): number;
  /** A whole number in [0, bound). */
  integer(bound: number): number;
  /** An independent stream that depends on this one's seed and the label, not on how far it was read. */
  fork(label: string): Rng;
}

/**
 * @param seed any whole number; its low 32 bits count
 * @throws MOE_SPEC on anything else, which would pass as seed 0
 */
export function createRng(seed: number): Rng {
  if (!Number.isInteger(seed)) {
    throw fail('MOE_SPEC', {
      asked: 'A seed must be a whole number',
      got: String(seed),
      fix: 'Pass one such as 1; results repeat for equal seeds.',
    });
  }
  const generator = xoroshiro128plus(mix(seed | 0));
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (bound) => Math.floor(uniform() * bound),
    fork: (label) => createRng(hash(seed, named(label))),
  };
}

/** @throws MOE_CONTEXT unless the value is a source of randomness as `createRng` makes it */
export function assertRng(rng: Rng, what: string): void {
  const missing = ['uniform', 'normal', 'integer', 'fork'].filter(
    (name) => typeof (rng as never)?.[name] !== 'function',
  );
  if (missing.length === 0) return;
  throw fail('MOE_CONTEXT', {
    asked: `${what} must be a source of randomness with uniform, normal, integer and fork`,
    got: describeValue(rng),
    fix: 'Pass createRng(seed).',
  });
}

/** n draws from U[low, high) as float32. */
export function uniformArray(rng: Rng, n: number, low = 0, high = 1): Float32Array {
  assertDraws(rng, n);
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) values[i] = low + (high - low) * rng.uniform();
  return values;
}

/** n draws from N(0, std^2) as float32. */
export function normalArray(rng: Rng, n: number, std = 1): Float32Array {
  assertDraws(rng, n);
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) values[i] = std * rng.normal();
  return values;
}

function assertDraws(rng: Rng, n: number): void {
  assertRng(rng, 'rng');
  assertNumber('n, how many numbers to draw,', n, { min: 0, whole: true });
}

/** Labels that are not text would all name one stream. */
function named(label: string): string {
  if (typeof label === 'string') return label;
  throw fail('MOE_OPTIONS', {
    asked: 'The label of a stream of random numbers must be a string',
    got: describeValue(label),
    fix: "Pass one such as 'jitter'.",
  });
}

/** FNV-1a over the label, started from the seed. */
function hash(seed: number, label: string): number {
  let h = 0x811c9dc5 ^ mix(seed | 0);
  for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193);
  return mix(h);
}

/** The finaliser of MurmurHash3: neighbouring seeds give unrelated states. */
function mix(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

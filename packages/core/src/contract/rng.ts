import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

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
  let generator = xoroshiro128plus(mix(seed | 0));
  const uniform = () => uniformFloat64(generator);
  const rng: Rng = {
    uniform,
    normal: () => normalOf(uniform(), uniform()),
    integer: (bound) => Math.floor(uniform() * bound),
    fork: (label) => createRng(hash(seed, named(label))),
  };
  atOnce.set(rng, (values) => {
    generator = xoroshiro128plusFromState(fillUniform(values, generator.getState()));
  });
  return rng;
}

/** Box and Muller's normal number of two uniform ones. */
function normalOf(u: number, v: number): number {
  return Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v);
}

/** Of each source made here, what draws many numbers at once, of which none becomes an object for the collector. */
const atOnce = new WeakMap<Rng, (values: Float64Array) => void>();

/** Whether a source is of `createRng`; another's numbers are its own affair. */
export function isSeeded(rng: Rng): boolean {
  return atOnce.has(rng);
}

/** n draws from U[0, 1), those that as many calls of `uniform` give. */
function draws(rng: Rng, n: number): Float64Array {
  const values = new Float64Array(n);
  const fill = atOnce.get(rng);
  if (fill) fill(values);
  else for (let i = 0; i < n; i++) values[i] = rng.uniform();
  return values;
}

/** The last bits of the upper and of the lower half of a fraction of 53 bits. */
const BIT_26 = 2 ** -26;
const BIT_53 = 2 ** -53;

/** `uniformFloat64` of xoroshiro128+, its state in local variables.      @returns the state after the last number */
function fillUniform(values: Float64Array, state: readonly number[]): number[] {
  let s01 = state[0]! | 0; // 32-bit integers to the compiler as well
  let s00 = state[1]! | 0;
  let s11 = state[2]! | 0;
  let s10 = state[3]! | 0;
  let upper = 0;
  for (let i = 0; i < 2 * values.length; i++) {
    const drawn = (s00 + s10) | 0;
    const a0 = s10 ^ s00;
    const a1 = s11 ^ s01;
    const b0 = s00;
    const b1 = s01;
    s00 = (b0 << 24) ^ (b1 >>> 8) ^ a0 ^ (a0 << 16);
    s01 = (b1 << 24) ^ (b0 >>> 8) ^ a1 ^ ((a1 << 16) | (a0 >>> 16));
    s10 = (a1 << 5) ^ (a0 >>> 27);
    s11 = (a0 << 5) ^ (a1 >>> 27);
    if (i % 2 === 0) upper = drawn & 0x3ffffff;
    else values[i >> 1] = upper * BIT_26 + (drawn & 0x7ffffff) * BIT_53;
  }
  return [s01, s00, s11, s10];
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
  const uniform = draws(rng, n);
  for (let i = 0; i < n; i++) values[i] = low + (high - low) * uniform[i]!;
  return values;
}

/** n draws from N(0, std^2) as float32. */
export function normalArray(rng: Rng, n: number, std = 1): Float32Array {
  assertDraws(rng, n);
  const values = new Float32Array(n);
  if (!isSeeded(rng)) {
    for (let i = 0; i < n; i++) values[i] = std * rng.normal();
    return values;
  }
  const uniform = draws(rng, 2 * n);
  for (let i = 0; i < n; i++) values[i] = std * normalOf(uniform[2 * i]!, uniform[2 * i + 1]!);
  return values;
}

/**
 * n draws from the standard Gumbel distribution as float32, all finite: added to logits they make an argmax a draw.
 * Formula:  g = -log(-log u),  u ~ U(0,1), 0 as the least number above it
 */
export function gumbelArray(rng: Rng, n: number): Float32Array {
  assertDraws(rng, n);
  const values = new Float32Array(n);
  const uniform = draws(rng, n);
  for (let i = 0; i < n; i++) {
    values[i] = -Math.log(-Math.log(Math.max(uniform[i]!, Number.MIN_VALUE)));
  }
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

import { filled } from '@moekit/kernels';
import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';

import { assertNumber } from '../arguments/assert-arguments.js';
import { assertKinds } from '../arguments/assert-kinds.js';
import type { Rng } from './rng.js';
import { assertRng, isSeeded } from './rng.js';

/**
 * Independent draws from U[low, high); the greatest may round to `high`.
 * Noise is as many numbers as a tensor has, in every step. `uniformArray` and `normalArray` draw 53 bits a number, and two of these
 * for a normal one; noise takes 24 bits, all that float32 holds, of a quicker generator that the source seeds.
 * Generator: xoshiro128+ (Blackman and Vigna, 1805.01407)      @returns float32, a constant
 */
export function uniformNoise<R extends Rank>(
  rng: Rng,
  shape: ShapeMap[R],
  low = 0,
  high = 1,
): Tensor<R> {
  assertNumber('low of uniformNoise', low);
  assertNumber('high of uniformNoise', high);
  return drawn(rng, shape, {
    own: () => low + (high - low) * rng.uniform(),
    fill: (values, state) => fillUniform(values, state, low, high),
  });
}

/**
 * Independent draws from N(0, std^2), by a ziggurat: the density in 256 layers of one area (Marsaglia and Tsang 2000). A number and
 * its layer are of different bits of a draw (Doornik 2005). Generator as that of uniformNoise.      @returns float32, a constant
 */
export function normalNoise<R extends Rank>(rng: Rng, shape: ShapeMap[R], std = 1): Tensor<R> {
  assertNumber('std of normalNoise', std, { min: 0 });
  return drawn(rng, shape, {
    own: () => std * rng.normal(),
    fill: (values, state) => fillNormal(values, state, std),
  });
}

interface Draws {
  /** A number of a source that `createRng` did not make. */
  readonly own: () => number;
  readonly fill: (values: Float32Array, state: Int32Array) => void;
}

function drawn<R extends Rank>(rng: Rng, shape: ShapeMap[R], { own, fill }: Draws): Tensor<R> {
  assertRng(rng, 'rng');
  assertKinds('noise', { shape }, { shape: 'list' });
  if (!isSeeded(rng))
    return filled(shape, (values) => values.forEach((_, i) => (values[i] = own())));
  const state = Int32Array.from({ length: 4 }, () => rng.integer(2 ** 32));
  state[0]! |= 1; // a state of zeros would stay one
  return filled(shape, (values) => fill(values, state));
}

function fillUniform(values: Float32Array, state: Int32Array, low: number, high: number): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  const step = (high - low) * 2 ** -24;
  for (let i = 0; i < values.length; i++) {
    values[i] = low + step * (((a + d) | 0) >>> 8);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
  }
}

/** The state is in local variables but for the rare numbers near an edge of a layer, which draw from the array. */
function fillNormal(values: Float32Array, state: Int32Array, std: number): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number];
  for (let i = 0; i < values.length;) {
    const draw = (a + d) | 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    const layer = draw >>> 24;
    const x = ((draw << 8) >> 8) * WIDTHS[layer]!; // 24 bits with their sign
    if (Math.abs(x) < EDGES[layer + 1]!) {
      values[i++] = std * x;
      continue;
    }
    state.set([a, b, c, d]);
    if (layer === 0) values[i++] = std * (x < 0 ? -1 : 1) * tail(state);
    else if (isUnder(x, layer, fraction(state))) values[i++] = std * x;
    [a, b, c, d] = state as unknown as [number, number, number, number];
  }
}

/** One step of the generator, for a number in (0, 1). */
function fraction(state: Int32Array): number {
  const [a, b, c, d] = state as unknown as [number, number, number, number];
  const [third, fourth] = [c ^ a, d ^ b];
  state.set([a ^ fourth, b ^ third, third ^ (b << 9), (fourth << 11) | (fourth >>> 21)]);
  return (((a + d) >>> 8) + 0.5) * 2 ** -24;
}

/** Where the tail starts, and the area of a layer: for 256 layers, as the paper has them. */
const TAIL = 3.6541528853610088;
const AREA = 0.00492867323399;

const density = (x: number) => Math.exp(-0.5 * x * x);

/** Right edges of the layers from the lowest, [257]: the first is as wide as its area with the tail asks for, the last is 0. */
const EDGES = /* @__PURE__ */ edges();
/** Of a layer, what one of 2^23 steps of a draw is worth. */
const WIDTHS = /* @__PURE__ */ Float64Array.from(EDGES, (edge) => edge * 2 ** -23);

function edges(): Float64Array {
  const made = new Float64Array(257);
  made[0] = AREA / density(TAIL);
  made[1] = TAIL;
  for (let i = 2; i < 256; i++) {
    const above = AREA / made[i - 1]! + density(made[i - 1]!);
    made[i] = Math.sqrt(-2 * Math.log(above));
  }
  return made;
}

/** In the wedge of a layer: whether a point at a random height is under the curve. */
function isUnder(x: number, layer: number, u: number): boolean {
  const [low, high] = [density(EDGES[layer]!), density(EDGES[layer + 1]!)];
  return low + u * (high - low) < density(x);
}

/** A normal number above TAIL (Marsaglia 1964). */
function tail(state: Int32Array): number {
  let beyond: number;
  let height: number;
  do {
    beyond = -Math.log(fraction(state)) / TAIL;
    height = -Math.log(fraction(state));
  } while (2 * height < beyond * beyond);
  return TAIL + beyond;
}

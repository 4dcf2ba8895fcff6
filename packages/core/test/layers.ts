import type { Activation, Experts } from '@moekit/core';
import { createRng, FeedForwardExperts, normalArray } from '@moekit/core';
import type { NaiveExpert } from '@moekit/core/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor, tidy } from '@tensorflow/tfjs-core';

import { numbers } from './gradient-check.js';

export const sizes = { modelWidth: 5, expertWidth: 7 };

/** Experts with every weight, biases too, drawn at random. */
export function randomExperts(
  activation: Activation,
  numExperts: number,
  seed: number,
  bias = true,
): FeedForwardExperts {
  const experts = new FeedForwardExperts({ ...sizes, numExperts, activation, seed, bias });
  experts.variables().forEach((v, i) => {
    const values = normalArray(createRng(seed).fork(`variable ${i}`), v.size, 0.5);
    tidy(() => v.assign(tensor(values, v.shape)));
  });
  return experts;
}

/** The weights of each expert as plain numbers, in the order of `FeedForwardExperts.variables()`. */
export function toNaive(experts: Experts, activation: Activation): NaiveExpert[] {
  return splitExperts(
    experts.variables().map((v) => nested(v as Tensor)),
    activation,
  );
}

/** The same for gradients: values in the order and shape of the variables. */
export function splitExperts(
  values: readonly (readonly (readonly number[][] | number[])[])[],
  activation: Activation,
): NaiveExpert[] {
  const rest = [...values];
  const input = rest.shift()!;
  const gate = activation === 'swiglu' ? rest.shift() : undefined;
  const [output, inputBias, outputBias] = rest;
  return input.map((_, e) => ({
    input: input[e] as number[][],
    ...(gate && { gate: gate[e] as number[][] }),
    output: output![e] as number[][],
    ...(inputBias && { inputBias: inputBias[e] as number[] }),
    ...(outputBias && { outputBias: outputBias[e] as number[] }),
  }));
}

/** A stack of matrices or vectors, one for each expert. */
export function nested(v: Tensor): (number[][] | number[])[] {
  const values = numbers(v);
  const [experts, ...shape] = v.shape as [number, ...number[]];
  const size = values.length / experts;
  return Array.from({ length: experts }, (_, e) => {
    const one = values.slice(e * size, (e + 1) * size);
    return shape.length === 1 ? one : rows(one, shape[1]!);
  });
}

export function rows(values: readonly number[], width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, t) =>
    values.slice(t * width, (t + 1) * width),
  );
}

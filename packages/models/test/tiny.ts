import { createRng } from '@moekit/core';
import type { TokenData } from '@moekit/data';
import { byteTokenizer, tokenize } from '@moekit/data';
import type { Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { memory, tensor, tensor2d } from '@tensorflow/tfjs-core';

import type { LanguageModelConfig } from '../src/contract.js';

/** A model small enough for finite differences. */
export const tinyConfig: LanguageModelConfig = {
  vocabSize: 11,
  contextLength: 6,
  modelWidth: 8,
  numLayers: 2,
  numHeads: 2,
  feedForwardWidth: 12,
  moeEvery: 2,
  positions: 'rotary',
  activation: 'gelu',
  seed: 3,
};

export function randomTokens(count: number, vocabSize = 11, seed = 1): Int32Array {
  const rng = createRng(seed);
  return Int32Array.from({ length: count }, () => rng.integer(vocabSize));
}

/** int32 [batch, length] */
export function randomInput(batch: number, length: number, seed = 1): Tensor2D {
  return tensor2d(randomTokens(batch * length, 11, seed), [batch, length], 'int32');
}

/** A text in which each letter follows from the one before. */
export function alphabetData(): TokenData {
  const text = new TextEncoder().encode('abcdefghij'.repeat(60));
  const source = { name: 'alphabet', attribution: 'made for tests', train: text };
  return tokenize({ ...source, validation: text.slice(0, 200) }, byteTokenizer());
}

/** Sets one element of a variable for the length of `use`. */
export function nudged<Result>(v: Variable, index: number, by: number, use: () => Result): Result {
  const before = v.dataSync().slice();
  const changed = before.slice();
  changed[index]! += by;
  assignValues(v, changed);
  try {
    return use();
  } finally {
    assignValues(v, before);
  }
}

/** Multiplies a variable's values, in place. */
export function scaleBy(v: Variable, factor: number): void {
  assignValues(
    v,
    v.dataSync().map((value) => value * factor),
  );
}

function assignValues(v: Variable, values: ArrayLike<number>): void {
  const next = tensor(Float32Array.from(values), v.shape);
  v.assign(next);
  next.dispose();
}

/** How many tensors `use` leaves behind. */
export function tensorsDuring(use: () => void): number {
  const before = memory().numTensors;
  use();
  return memory().numTensors - before;
}

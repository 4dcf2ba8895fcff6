import { createRng, normalArray } from '@moekit/core';
import { describe, expect, it } from 'vitest';

import { leastOf } from '../../src/pieces/least-of.js';

/** By sorting. */
function oracle(values: Float32Array, q: number): [number, number | undefined] {
  const sorted = values.toSorted();
  return [sorted[q - 1]!, sorted[q]];
}

const shapes: [string, (size: number) => Float32Array][] = [
  ['random', (size) => normalArray(createRng(size), size)],
  ['rising', (size) => Float32Array.from({ length: size }, (_, i) => i)],
  ['falling', (size) => Float32Array.from({ length: size }, (_, i) => -i)],
  ['equal', (size) => new Float32Array(size).fill(0.5)],
  ['of three values', (size) => Float32Array.from({ length: size }, (_, i) => (i * 7) % 3)],
];

describe.each(shapes)('the q-th least of %s numbers', (_, make) => {
  it.each([1, 2, 3, 10, 64, 257])('of %i', (size) => {
    for (let q = 1; q <= size; q++) {
      expect(leastOf(make(size), q)).toEqual(oracle(make(size), q));
    }
  });
});

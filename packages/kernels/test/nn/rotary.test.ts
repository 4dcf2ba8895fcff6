import '@tensorflow/tfjs';
import type { Rank } from '@tensorflow/tfjs-core';
import { setBackend, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { rotate, rotaryTables } from '../../src/nn/rotary.js';
import { normals } from './normal.js';

const DH = 4;

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

function row(x: ArrayLike<number>, index: number, width: number): number[] {
  return Array.from({ length: width }, (_, i) => x[index * width + i]!);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

test('a rotated query and key meet at an angle that depends on their distance alone', () => {
  const tables = rotaryTables(12, DH);
  const [query, key] = [normals(DH, 1), normals(DH, 2)];
  const everywhere = (v: Float32Array) =>
    tidy(() => {
      const repeated = Array.from({ length: 12 }, () => [...v]).flat();
      return rotate(tensor<Rank.R4>(repeated, [1, 1, 12, DH]), tables).dataSync();
    });
  const [queries, keys] = [everywhere(query), everywhere(key)];
  const score = (q: number, k: number) => dot(row(queries, q, DH), row(keys, k, DH));
  expect(score(3, 1)).toBeCloseTo(score(9, 7), 5);
  expect(score(11, 0)).not.toBeCloseTo(score(11, 5), 2);
  expect(row(queries, 0, DH)).toEqual([...query]);
  expect(dot(row(queries, 7, DH), row(queries, 7, DH))).toBeCloseTo(dot([...query], [...query]), 5);
});

test('a rotation turns the pair (i, i + half) by position times frequency', () => {
  const rotated = tidy(() =>
    rotate(tensor<Rank.R4>([0, 0, 0, 0, 1, 2, 0, 0], [1, 1, 2, 4]), rotaryTables(2, 4)).dataSync(),
  );
  const slow = 1 / 100; // 10000^(-1/2)
  const expected = [Math.cos(1), 2 * Math.cos(slow), Math.sin(1), 2 * Math.sin(slow)];
  expected.forEach((value, i) => expect(rotated[4 + i]).toBeCloseTo(value, 6));
});

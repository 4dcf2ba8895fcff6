import '@tensorflow/tfjs';
import { createRng, normalArray } from '@moekit/core';
import { rotaryTables } from '@moekit/kernels/nn';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { memory, setBackend, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { SelfAttention } from '../src/transformer/transformer.js';
import { tensorsDuring } from './tiny.js';

const [B, L, H, DH] = [2, 5, 2, 4];
const D = H * DH;

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

function row(x: ArrayLike<number>, index: number, width: number): number[] {
  return Array.from({ length: width }, (_, i) => x[index * width + i]!);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** x [T,A] times w [A,B], in plain numbers. */
function product(x: ArrayLike<number>, w: ArrayLike<number>, inner: number, outer: number) {
  const rows = x.length / inner;
  return Array.from({ length: rows * outer }, (_, at) => {
    const [r, c] = [Math.floor(at / outer), at % outer];
    let sum = 0;
    for (let i = 0; i < inner; i++) sum += x[r * inner + i]! * w[i * outer + c]!;
    return sum;
  });
}

/** One query at a time, over the keys not later than it. */
function naiveAttention(x: Float32Array, input: Float32Array, output: Float32Array): number[] {
  const projected = product(x, input, D, 3 * D);
  const part = (b: number, position: number, which: number, h: number) => {
    const all = row(projected, b * L + position, 3 * D);
    return all.slice(which * D + h * DH, which * D + (h + 1) * DH);
  };
  const joined: number[] = [];
  for (let b = 0; b < B; b++) {
    for (let q = 0; q < L; q++) {
      for (let h = 0; h < H; h++) {
        const query = part(b, q, 0, h);
        const keys = Array.from({ length: q + 1 }, (_, k) => part(b, k, 1, h));
        const weights = keys.map((key) => Math.exp(dot(query, key) / Math.sqrt(DH)));
        const total = weights.reduce((sum, w) => sum + w, 0);
        for (let i = 0; i < DH; i++) {
          const values = keys.map((_, k) => part(b, k, 2, h)[i]!);
          joined.push(dot(weights, values) / total);
        }
      }
    }
  }
  return product(joined, output, D, D);
}

function mask(): Tensor2D {
  const values = Array.from({ length: L * L }, (_, i) => (i % L <= Math.floor(i / L) ? 0 : -1e9));
  return tensor2d(values, [L, L]);
}

test('attention without rotation is what a loop over queries and keys computes', () => {
  tidy(() => {
    const rng = createRng(5);
    const attention = new SelfAttention({ modelWidth: D, numHeads: H }, rng);
    const x = normalArray(rng, B * L * D);
    const frame = { batchSize: B, length: L, mask: mask(), rotary: rotaryTables(L, DH, 0) };
    const got = attention.apply(tensor2d(x, [B * L, D]), frame).dataSync();
    const weights = attention.variables();
    const expected = naiveAttention(
      x,
      weights['input.weight']!.dataSync<'float32'>(),
      weights['output.weight']!.dataSync<'float32'>(),
    );
    // float32 sums of 8 to 24 products of order 1
    expected.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 4));
  });
});

test('attention keeps its result alone', () => {
  const attention = new SelfAttention({ modelWidth: D, numHeads: H }, createRng(5));
  const tables = rotaryTables(L, DH);
  const frame = { batchSize: B, length: L, mask: mask(), rotary: tables };
  const x = tensor2d(normalArray(createRng(1), B * L * D), [B * L, D]);
  expect(tensorsDuring(() => attention.apply(x, frame).dispose())).toBe(0);
  expect(memory().numTensors).toBeGreaterThan(0);
});

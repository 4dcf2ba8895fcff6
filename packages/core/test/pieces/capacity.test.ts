import { createRng, normalArray } from '@moekit/core';
import type { ServiceOrder } from '@moekit/core/pieces';
import { serve, SERVICE_ORDERS, topExperts } from '@moekit/core/pieces';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { numbers } from '../gradient-check.js';

type Rows = readonly (readonly number[])[];

/** Pairs in the order in which they are served, all experts together. */
function queue(selected: Rows, scores: Rows, order: ServiceOrder): [t: number, e: number][] {
  const pairs = selected.flatMap((row, t) => [...row.keys()].filter((e) => row[e] === 1).map((e) => [t, e] as [number, number])); // prettier-ignore
  const softmax = (row: readonly number[]) => row.map((z) => Math.exp(z) / row.reduce((total, v) => total + Math.exp(v), 0)); // prettier-ignore
  const probs = scores.map(softmax);
  const score = ([t, e]: readonly [number, number]) => probs[t]![e]!;
  const rank = ([t, e]: readonly [number, number]) =>
    pairs.filter(([u, f]) => u === t && (score([u, f]) > score([t, e]) || (score([u, f]) === score([t, e]) && f < e))).length; // prettier-ignore
  const best = ([t]: readonly [number, number]) => Math.max(...probs[t]!);
  const keys: Readonly<Record<ServiceOrder, (pair: [number, number]) => number[]>> = {
    'rank-then-arrival': (p) => [rank(p), p[0]],
    'rank-then-probability': (p) => [rank(p), -score(p), p[0]],
    arrival: (p) => [p[0]],
    probability: (p) => [-score(p), p[0]],
    batch: (p) => [rank(p), -best(p), p[0]],
  };
  const compare = (a: number[], b: number[]) =>
    a.map((v, i) => v - b[i]!).find((d) => d !== 0) ?? 0;
  return pairs.toSorted((a, b) => compare(keys[order](a), keys[order](b)));
}

/** One pair after the other takes a place where there is one. */
function served(selected: Rows, scores: Rows, capacity: number, order: ServiceOrder): number[] {
  const taken = new Map<number, number>();
  const mask = selected.map((row) => row.map(() => 0));
  for (const [t, e] of queue(selected, scores, order)) {
    const rows = taken.get(e) ?? 0;
    if (rows === capacity) continue;
    taken.set(e, rows + 1);
    mask[t]![e] = 1;
  }
  return mask.flat();
}

onEachBackend('serve', () => {
  it.each(SERVICE_ORDERS)('%s is what one pair after the other gets', (order) => {
    for (const [seed, capacity] of [
      [1, 1],
      [2, 3],
      [3, 5],
      [4, 20],
      [5, 0],
    ] as const) {
      tidy(() => {
        const scores = tensor2d(normalArray(createRng(seed), 20 * 5), [20, 5]);
        const padding = tensor2d(
          Float32Array.from({ length: 20 }, (_, t) => +(t % 6 !== 2)),
          [20, 1],
        );
        const selected = topExperts(scores, 2).mul<typeof scores>(padding);
        const expected = served(selected.arraySync(), scores.arraySync(), capacity, order);
        expect(numbers(serve(selected, scores, capacity, order)), `capacity ${capacity}`).toEqual(
          expected,
        );
      });
    }
  });

  it.each(SERVICE_ORDERS)('%s gives equal scores to the earlier token', (order) => {
    const mask = tensor2d([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    const equal = tensor2d([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    expect(tidy(() => numbers(serve(mask, equal, 2, order)))).toEqual([1, 0, 1, 0, 0, 0]);
  });

  it.each(SERVICE_ORDERS)('%s counts each group of rows for itself', (order) => {
    tidy(() => {
      const scores = tensor2d(normalArray(createRng(8), 14 * 3), [14, 3]);
      const selected = topExperts(scores, 2);
      const [s, m] = [scores.arraySync(), selected.arraySync()];
      const groups = [
        [0, 6],
        [6, 12],
        [12, 14],
      ] as const; // the last one is short
      const expected = groups.flatMap(([a, b]) => served(m.slice(a, b), s.slice(a, b), 2, order));
      expect(numbers(serve(selected, scores, 2, order, 6))).toEqual(expected);
    });
  });

  it('drops nothing without a capacity', () => {
    const mask = tensor2d([[1, 0]]);
    expect(serve(mask, mask, null)).toBe(mask);
  });
});

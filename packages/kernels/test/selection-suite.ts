import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { limitCapacity, selectOnHost, selectThreshold, selectTopK } from '../src/index.js';

/**
 * Decisions, ties included: the same bits on every backend for the same logits.
 * @param readsLogits false where decisions are taken on the device, so that bad values cannot be an error of the call
 */
export function selectionSuite({ readsLogits = true } = {}): void {
  const mask = async (make: () => tf.Tensor2D) => {
    const made = tf.tidy(make);
    const values = await made.array();
    made.dispose();
    return values;
  };

  describe('selectTopK', () => {
    it('ties go to the lower expert index', async () => {
      expect(
        await mask(() =>
          selectTopK(
            tf.tensor2d([
              [1, 1, 1],
              [0, 2, 2],
            ]),
            1,
          ),
        ),
      ).toEqual([
        [1, 0, 0],
        [0, 1, 0],
      ]);
    });
    it('k = E takes all', async () => {
      expect(await mask(() => selectTopK(tf.tensor2d([[3, -1]]), 2))).toEqual([[1, 1]]);
    });
    it.each([0, 3, 1.5])('k = %s of 2 experts is an error', (k) => {
      expect(() => selectTopK(tf.tensor2d([[1, 2]]), k)).toThrow(
        expect.objectContaining({ code: 'KERNELS_VALUE' }),
      );
    });
    it.runIf(readsLogits).each([NaN, Infinity, -Infinity])('a logit of %s is an error', (value) => {
      expect(() => selectTopK(tf.tensor2d([[1, value]]), 1)).toThrow(
        expect.objectContaining({ code: 'KERNELS_NON_FINITE' }),
      );
    });
    it('agrees with sorting for any logits', async () => {
      const logit = fc.integer({ min: -3, max: 3 });
      await fc.assert(
        fc.asyncProperty(
          fc.array(logit, { minLength: 1, maxLength: 9 }),
          fc.nat(8),
          async (row, extra) => {
            const k = 1 + (extra % row.length);
            const order = row
              .map((v, e) => [v, e] as const)
              .sort((a, b) => b[0] - a[0] || a[1] - b[1]);
            const want = row.map((_, e) =>
              order.slice(0, k).some(([, chosen]) => chosen === e) ? 1 : 0,
            );
            expect(await mask(() => selectTopK(tf.tensor2d([row]), k))).toEqual([want]);
          },
        ),
        { numRuns: 100 },
      );
    });
  });

  describe('selectThreshold', () => {
    const logits = [[Math.log(0.5), Math.log(0.3), Math.log(0.2)]];
    it.each([
      [0, [1, 0, 0]],
      [0.45, [1, 0, 0]],
      [0.6, [1, 1, 0]],
      [0.9, [1, 1, 1]],
      [1, [1, 1, 1]],
    ])('threshold %s', async (threshold, want) => {
      expect(await mask(() => selectThreshold(tf.tensor2d(logits), threshold))).toEqual([want]);
    });
    it('a saturated token takes one expert even at threshold 1', async () => {
      expect(await mask(() => selectThreshold(tf.tensor2d([[1e4, 0, -1e4]]), 1))).toEqual([
        [1, 0, 0],
      ]);
    });
    it.each([-0.1, 1.1, NaN])('a threshold of %s is an error', (threshold) => {
      expect(() => selectThreshold(tf.tensor2d(logits), threshold)).toThrow(
        expect.objectContaining({ code: 'KERNELS_VALUE' }),
      );
    });
  });

  describe('limitCapacity', () => {
    const logits = () =>
      tf.tensor2d([
        [2, 1],
        [1, 3],
        [4, 0],
        [2, 1],
      ]);
    const both = () => tf.ones([4, 2]) as tf.Tensor2D;
    it('serves first choices first, then by arrival', async () => {
      const kept = limitCapacity(both(), logits(), { capacity: 2, priority: 'rank-then-arrival' });
      expect(await kept.array()).toEqual([
        [1, 1],
        [0, 1],
        [1, 0],
        [0, 0],
      ]);
    });
    it('serves first choices first, then by probability, then by arrival', async () => {
      const kept = limitCapacity(both(), logits(), {
        capacity: 2,
        priority: 'rank-then-probability',
      });
      expect(await kept.array()).toEqual([
        [1, 1],
        [0, 1],
        [1, 0],
        [0, 0],
      ]);
      const third = limitCapacity(
        both(),
        tf.tensor2d([
          [1, 0],
          [2, 0],
          [3, 0],
          [1, 0],
        ]),
        {
          capacity: 3,
          priority: 'rank-then-probability',
        },
      );
      expect((await third.array()).map((row) => row[0])).toEqual([1, 1, 1, 0]);
    });
    it('keeps everything there is room for, and nothing at capacity 0', async () => {
      const limit = (capacity: number) =>
        limitCapacity(both(), logits(), { capacity, priority: 'rank-then-arrival' }).array();
      expect(await limit(4)).toEqual(await both().array());
      expect((await limit(0)).flat()).toEqual(Array(8).fill(0));
    });
  });

  it('selectOnHost hands over the values row by row', async () => {
    const scores = tf.tensor2d([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const chosen = selectOnHost(scores, (values, tokens, experts) => {
      expect([tokens, experts]).toEqual([2, 3]);
      return values.map((v) => (v % 2 === 0 ? 1 : 0));
    });
    expect(await chosen.array()).toEqual([
      [0, 1, 0],
      [1, 0, 1],
    ]);
  });
}

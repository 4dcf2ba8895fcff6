import { createRng, normalArray, selectedSoftmax, selectTopK } from '@moekit/core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { grad, mul, sum, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { expectClose, expectGradient, numbers } from '../gradient-check.js';

/** The definition in float64, one row at a time. */
function oracle(logits: readonly number[], mask: readonly number[]): number[] {
  const highest = Math.max(...logits.filter((_, e) => mask[e] === 1));
  const parts = logits.map((z, e) => (mask[e] === 1 ? Math.exp(z - highest) : 0));
  const whole = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / whole);
}

const rows: readonly (readonly [what: string, logits: number[], mask: number[]])[] = [
  ['ordinary logits', [1, -2, 0.5, 3], [1, 0, 1, 0]],
  ['an unselected logit 1e9 above', [1, 1e9, 2, 0], [1, 0, 1, 0]],
  ['an unselected logit 1e20 above', [1, 1e20, 2, 0], [1, 0, 1, 0]],
  ['an unselected logit 3e38 above', [1, 3e38, 2, 0], [1, 0, 1, 0]],
  ['selected logits far below zero', [-4e9, -1, -4e9, 0], [1, 0, 1, 0]],
  ['selected logits at both ends', [-3e38, 0, 3e38, 0], [1, 0, 1, 0]],
  ['one selected expert', [-5, 1e9, 7, 1e30], [1, 0, 0, 0]],
];

onEachBackend('selectedSoftmax', () => {
  it.each(rows)('%s', (_what, logits, mask) => {
    const weights = tidy(() => numbers(selectedSoftmax(tensor2d([logits]), tensor2d([mask]))));
    expectClose(weights, oracle(logits, mask));
    expect(weights.filter((_, e) => mask[e] === 0 && weights[e] !== 0)).toEqual([]);
  });

  it('agrees with the definition on random rows', () => {
    tidy(() => {
      const logits = tensor2d(normalArray(createRng(3), 64 * 8, 3), [64, 8]);
      const mask = selectTopK(logits, 3);
      const [z, m] = [logits.arraySync(), mask.arraySync()];
      expectClose(
        numbers(selectedSoftmax(logits, mask)),
        z.flatMap((row, t) => oracle(row, m[t]!)),
      );
    });
  });

  it('has the gradient of the selected logits, and none of the others', () => {
    const mask = [1, 0, 1, 1, 1, 0];
    const loss = (z: Tensor) => {
      const weights = selectedSoftmax(z as Tensor2D, tensor2d(mask, [2, 3]));
      return sum<Scalar>(mul(weights, tensor2d([3, 5, -2, 1, 4, 6], [2, 3])));
    };
    const gradient = expectGradient(loss, [1, 0.2, -1, 0.5, 2, 3], [2, 3]);
    expect([gradient[1]! + 0, gradient[5]! + 0]).toEqual([0, 0]);
  });

  it('has a gradient that an unselected logit does not change, however large', () => {
    const mask = [1, 0, 1];
    const gradientAt = (unselected: number) =>
      tidy(() => {
        const loss = (z: Tensor) =>
          sum<Scalar>(
            mul(selectedSoftmax(z as Tensor2D, tensor2d([mask])), tensor2d([[3, 5, -2]])),
          );
        return numbers(grad(loss)(tensor2d([[1, unselected, -1]])));
      });
    expect(gradientAt(3e38)).toEqual(gradientAt(0));
  });

  it('gives a row without a selection the same weight everywhere', () => {
    const weights = tidy(() => numbers(selectedSoftmax(tensor2d([[5, 1e9]]), tensor2d([[0, 0]]))));
    expectClose(weights, [0.5, 0.5]);
  });
});

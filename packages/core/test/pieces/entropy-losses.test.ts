import { entropyLosses } from '@moekit/core/pieces';
import { grad, softmax, sum, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { expectClose, numbers } from '../gradient-check.js';

const logits = [
  [0, 1, 2, -1],
  [5, 0, 0, 0],
  [1, 1, 1, 1],
];
const softmaxOf = (z: number[]) => {
  const e = z.map((v) => Math.exp(v));
  const whole = e.reduce((a, b) => a + b);
  return e.map((v) => v / whole);
};
const entropy = (p: number[]) => -p.reduce((total, v) => total + v * Math.log(v), 0);
const value = (rows: number[][], mask?: number[]) =>
  tidy(() => {
    const [loss] = entropyLosses(softmax(tensor2d(rows, [rows.length, 4])), 0.5, mask && tensor1d(mask)); // prettier-ignore
    return numbers(loss!.value)[0]!;
  });

onEachBackend('the entropy loss', () => {
  it('is the mean entropy of the tokens that take part', () => {
    const each = logits.map(softmaxOf).map(entropy);
    expectClose([value(logits)], [(each[0]! + each[1]! + each[2]!) / 3], 1e-6);
    expectClose([value(logits, [1, 0, 1])], [(each[0]! + each[2]!) / 2], 1e-6);
    expectClose([value([logits[2]!])], [Math.log(4)], 1e-6);
    expectClose([value(logits, [0, 0, 0]), value([])], [0, 0], 0);
  });

  it('has the gradient of its definition, and a finite one where a probability is 0', () => {
    const slope = (rows: number[][]) =>
      tidy(() => {
        const loss = (z: Tensor2D) => sum(entropyLosses(softmax(z), 1)[0]!.value);
        return numbers(grad(loss as never)(tensor2d(rows)));
      });
    const wanted = logits.map(softmaxOf).flatMap((p) => {
      const h = entropy(p);
      return p.map((v) => (-v * (Math.log(v) + h)) / logits.length);
    });
    expectClose(slope(logits), wanted, 1e-6);
    expect(slope([[200, 0, 0, 0]]).every(Number.isFinite)).toBe(true);
  });

  it('is left out at 0', () => {
    expect(entropyLosses(tensor2d([[1]]), 0)).toEqual([]);
  });
});

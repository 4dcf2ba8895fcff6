import { isMoekitError, select, selectOnHost, selectThreshold, selectTopK } from '@moekit/core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { grad, memory, mul, softmax, sum, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { expectClose, numbers } from '../gradient-check.js';

const logits = [0.2, 1.5, -0.3, 0.9, 0.1, 0.4];

onEachBackend('select', () => {
  it('leaves the whole softmax gradient to the weights, none to the mask', () => {
    const value = [2, -1, 0.5, 1, 3, -2];
    const gradient = tidy(
      () =>
        numbers(
          grad((z) => {
            const probs = softmax(z as Tensor2D);
            const mask = select(z as Tensor2D, (s) => selectTopK(s, 2));
            return sum(mul(mul(probs, mask), tensor2d(value, [2, 3]))) as Scalar;
          })(tensor2d(logits, [2, 3])),
        ) as never,
    ) as number[];
    // By hand: dL/dz_j = p_j (m_j v_j - sum_e m_e p_e v_e)
    const wanted = [0, 1].flatMap((t) => {
      const z = logits.slice(3 * t, 3 * t + 3);
      const norm = z.reduce((total, v) => total + Math.exp(v), 0);
      const p = z.map((v) => Math.exp(v) / norm);
      const lowest = z.indexOf(Math.min(...z));
      const v = value.slice(3 * t, 3 * t + 3).map((w, e) => (e === lowest ? 0 : w));
      const mean = p.reduce((total, pe, e) => total + pe * v[e]!, 0);
      return p.map((pe, e) => pe * (v[e]! - mean));
    });
    expectClose(gradient, wanted);
  });

  it('takes every rule: top-k, threshold, and any other on the host', () => {
    tidy(() => {
      const z = tensor2d(logits, [2, 3]);
      expect(numbers(select(z, (s) => selectTopK(s, 1)))).toEqual([0, 1, 0, 1, 0, 0]);
      expect(numbers(select(z, (s) => selectThreshold(s, 1)))).toEqual([1, 1, 1, 1, 1, 1]);
      const positive = (values: Float32Array) => values.map((v) => +(v > 0.3));
      expect(numbers(select(z, (s) => selectOnHost(s, positive)))).toEqual([0, 1, 0, 1, 0, 1]);
    });
  });

  it('gives ties to the lower expert index', () => {
    tidy(() => {
      const mask = select(zeros([2, 4]), (s) => selectTopK(s, 2));
      expect(numbers(mask)).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
    });
  });

  it('keeps nothing but the mask, though the rule makes more', () => {
    const z = tensor2d(logits, [2, 3]);
    const before = memory().numTensors;
    const mask = select(z, (s) => mul(selectTopK(s, 2), selectTopK(s, 1)));
    expect(memory().numTensors).toBe(before + 1);
    mask.dispose();
    expect(numbers(z)).toHaveLength(6); // the scores live on
    z.dispose();
  });

  it('refuses a mask of another shape', () => {
    tidy(() => {
      const choose = () => select(tensor2d(logits, [2, 3]), () => zeros([3, 2]));
      expect(choose).toThrow(/\[2, 3\], got float32 \[3, 2\]/);
      try {
        choose();
      } catch (error) {
        expect(isMoekitError(error) && error.code).toBe('MOE_ROUTING');
      }
    });
  });
});

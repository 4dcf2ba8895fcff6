import '@tensorflow/tfjs';

import { createRng, createRouter } from '@moekit/core';
import { testRouter } from '@moekit/core/testing';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { eye, sum, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import expertChoice from '../../../../examples/router/expert-choice.js';

testRouter(expertChoice);
testRouter(expertChoice, { capacityFactor: 1 }, { name: 'one expert a token', numExperts: 6 });

/** A router whose logits are its input. */
function routed(logits: number[][], options: object, mask?: number[]) {
  const experts = logits[0]!.length;
  const spec = { modelWidth: experts, numExperts: experts, seed: 1 };
  const router = createRouter(expertChoice, spec, options);
  tidy(() => router.variables()[0]!.assign(eye(experts)));
  return tidy(() => {
    const x: Tensor2D = tensor2d(logits);
    const tokenMask = mask && tensor1d(mask);
    const context = { training: true, rng: createRng(1), ...(tokenMask && { tokenMask }) };
    const { dispatchMask } = router.route(x, context);
    const read = { mask: dispatchMask.arraySync(), loads: sum(dispatchMask, 0).arraySync() };
    router.dispose();
    return read;
  });
}

describe('expert choice', () => {
  it('fills every expert with c T / E tokens, whatever the tokens want', () => {
    const skewed = Array.from({ length: 8 }, (_, t) => [5 + t / 10, 0, t / 5, 0]);
    expect(routed(skewed, { capacityFactor: 2 }).loads).toEqual([4, 4, 4, 4]);
    expect(routed(skewed, { capacityFactor: 1 }).loads).toEqual([2, 2, 2, 2]);
  });

  it('rounds up what is whole in exact arithmetic to itself: 1.1 * 100 / 10 is 11', () => {
    const even = Array.from({ length: 100 }, () => new Array<number>(10).fill(1));
    expect(routed(even, { capacityFactor: 1.1 }).loads).toEqual(new Array(10).fill(11));
  });

  it('takes the likeliest tokens of each expert, and ties go to the earlier token', () => {
    const { mask } = routed([[3, 0], [1, 0], [1, 0], [0, 3]], { capacityFactor: 1 }); // prettier-ignore
    expect(mask).toEqual([[1, 0], [1, 1], [0, 0], [0, 1]]); // prettier-ignore
  });

  it('counts room by real tokens, and padding takes none of it', () => {
    const logits = [[1, 0], [9, 9], [0, 1], [9, 9]]; // prettier-ignore
    const { mask } = routed(logits, { capacityFactor: 1 }, [1, 0, 1, 0]);
    expect(mask).toEqual([[1, 0], [0, 0], [0, 1], [0, 0]]); // prettier-ignore
  });

  it('says that it is not causal, because a later token takes a place away', () => {
    const before = routed([[1, 0], [0, 1]], { capacityFactor: 1 }).mask[0]; // prettier-ignore
    const after = routed([[1, 0], [9, 0]], { capacityFactor: 1 }).mask[0]; // prettier-ignore
    expect([before, after]).toEqual([[1, 0], [0, 1]]); // prettier-ignore
    const spec = { modelWidth: 2, numExperts: 2, seed: 1 };
    expect(createRouter(expertChoice, spec).causal).toBe(false);
  });
});

import type { Activation } from '@moekit/core';
import { FeedForwardExperts, isMoekitError } from '@moekit/core';
import { densePlan, dispatchPlan } from '@moekit/kernels';
import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { numbers } from '../gradient-check.js';
import { nested } from '../layers.js';

const options = { modelWidth: 4, expertWidth: 6, numExperts: 3, seed: 2 };
const weights = (more = {}) => {
  const experts = new FeedForwardExperts({ ...options, ...more });
  const values = experts.variables().map((v) => nested(v));
  experts.dispose();
  return values;
};

onEachBackend('feed-forward experts', () => {
  it('start apart from each other, or as copies of one', () => {
    const [input] = weights();
    expect(input![0]).not.toEqual(input![1]);
    for (const stack of weights({ init: 'copies', activation: 'swiglu' })) {
      expect(stack[1]).toEqual(stack[0]);
      expect(stack[2]).toEqual(stack[0]);
    }
  });

  it('start alike for one seed, with the deviations asked for', () => {
    expect(weights()).toEqual(weights());
    expect(weights()).not.toEqual(weights({ seed: 3 }));
    const [input, output] = weights({ inputStd: 0, outputStd: 0 });
    expect(new Set([input, output].flat(4))).toEqual(new Set([0]));
  });

  it('show their activations to an observer and keep nothing of them', () => {
    const seen: number[][] = [];
    const experts = new FeedForwardExperts({
      ...options,
      onActivations: (active) => seen.push(active.shape, [...active.dataSync()]),
    });
    const before = memory().numTensors;
    tidy(() => {
      const plan = dispatchPlan(tensor2d([1, 0, 0, 0, 1, 0], [2, 3])); // of the three experts
      experts.apply(tensor2d(new Float32Array(8).fill(1), [2, 4]), plan);
    });
    const [shape, values] = seen as [number[], number[]];
    expect(shape).toEqual([2, 6]);
    expect(values.every((value) => value >= 0)).toBe(true); // relu
    expect(values.some((value) => value > 0)).toBe(true);
    expect(memory().numTensors).toBe(before);
    experts.dispose();
  });

  it.each<[Activation, number, number]>([
    ['relu', 4, 4],
    ['gelu', 4, 4],
    ['swiglu', 3, 6],
  ])('%s has %i variables and 2 FLOPs a weight', (activation, variables, perWeight) => {
    const before = memory().numTensors;
    const experts = new FeedForwardExperts({ ...options, activation });
    expect(experts.variables()).toHaveLength(variables);
    expect(experts.flopsPerRow()).toBe(perWeight * 4 * 6);
    experts.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('are a dense layer when there is one', () => {
    const dense = new FeedForwardExperts({ ...options, numExperts: 1, bias: false });
    tidy(() => {
      const y = dense.apply(tensor2d([[1, 0, 0, 0]]), densePlan(1));
      expect(y.shape).toEqual([1, 4]);
      expect(numbers(y).every(Number.isFinite)).toBe(true);
    });
    dense.dispose();
  });

  it.each(['modelWidth', 'expertWidth', 'numExperts', 'seed'])(
    'refuse an impossible %s',
    (name) => {
      const before = memory().numTensors;
      try {
        new FeedForwardExperts({ ...options, [name]: 1.5 });
        expect.unreachable();
      } catch (error) {
        expect(isMoekitError(error) && error.code).toBe('MOE_SPEC');
        expect(String(error)).toContain(name);
      }
      expect(memory().numTensors).toBe(before);
    },
  );
});

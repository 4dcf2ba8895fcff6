import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { createRng, normalArray } from '@moekit/core';
import { getBackend, memory, setBackend, tensor1d, variable } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

import { AdamW } from '../src/training/adamw.js';
import { clipScale } from '../src/training/clip-scale.js';
import { learningRateAt } from '../src/training/schedule.js';

const SIZE = 7;
const STEPS = 50;

/** Algorithm 2 of 1711.05101 in plain numbers. */
function reference(start: Float32Array, gradients: Float32Array[], rate: number, decay: number) {
  const w = Array.from(start);
  const [m, v] = [w.map(() => 0), w.map(() => 0)];
  gradients.forEach((g, i) => {
    const t = i + 1;
    w.forEach((_, j) => {
      m[j] = 0.9 * m[j]! + 0.1 * g[j]!;
      v[j] = 0.95 * v[j]! + 0.05 * g[j]! * g[j]!;
      const [mHat, vHat] = [m[j]! / (1 - 0.9 ** t), v[j]! / (1 - 0.95 ** t)];
      w[j]! -= rate * (mHat / (Math.sqrt(vHat) + 1e-8) + decay * w[j]!);
    });
  });
  return w;
}

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])('AdamW on %s', (backend) => {
  test('follows the reference for fifty steps, decays weights only, and leaks nothing', async () => {
    await setBackend(backend);
    expect(getBackend()).toBe(backend);
    const rng = createRng(1);
    const start = normalArray(rng, SIZE);
    const gradients = Array.from({ length: STEPS }, () => normalArray(rng, SIZE));
    const before = memory().numTensors;
    const [weight, bias, still] = [start, start, start].map((values) =>
      variable(tensor1d(values)),
    ) as [ReturnType<typeof variable>, ReturnType<typeof variable>, ReturnType<typeof variable>];
    const named = new Map([
      ['a.weight', weight],
      ['a.bias', bias],
      ['b.weight', still],
    ]);
    const optimiser = new AdamW(named, { weightDecay: 0.1 });
    for (const values of gradients) {
      const g = tensor1d(values);
      optimiser.apply({ [weight.name]: g, [bias.name]: g }, 0.01);
      g.dispose();
    }
    const [decayed, plain] = [0.1, 0].map((d) => reference(start, gradients, 0.01, d));
    // fifty steps of 0.01 in float32 against float64
    decayed!.forEach((value, i) => expect(weight.dataSync()[i]).toBeCloseTo(value, 5));
    plain!.forEach((value, i) => expect(bias.dataSync()[i]).toBeCloseTo(value, 5));
    expect(still.dataSync()).toEqual(start);
    optimiser.dispose();
    [weight, bias, still].forEach((v) => v.dispose());
    expect(memory().numTensors - before).toBe(3); // the three tensors the variables were made from
  });
});

test('a gradient scale is the same as scaled gradients', async () => {
  await setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu');
  const result = (scale: number, factor: number) => {
    const weight = variable(tensor1d([1, 2]));
    const optimiser = new AdamW(new Map([['a.weight', weight]]), { weightDecay: 0, epsilon: 1 });
    optimiser.apply({ [weight.name]: tensor1d([3 * factor, -factor]) }, 0.1, scale);
    return Array.from(weight.dataSync());
  };
  result(0.5, 1).forEach((value, i) => expect(value).toBeCloseTo(result(1, 0.5)[i]!, 6));
});

test('clipping shortens long gradients, leaves short ones, and 0 turns it off', () => {
  expect(clipScale(4, 1)).toBe(0.25);
  expect(clipScale(0.5, 1)).toBe(1);
  expect(clipScale(4, 0)).toBe(1);
  expect(clipScale(0, 1)).toBe(1);
});

test('the learning rate warms up to the peak and ends at its share', () => {
  const options = { steps: 110, learningRate: 2, warmupSteps: 10, finalLearningRate: 0.25 };
  const at = (step: number) => learningRateAt(step, options);
  expect(at(1)).toBeCloseTo(0.2, 12);
  expect(at(10)).toBe(2);
  expect(at(60)).toBeCloseTo(2 * 0.625, 12); // half way: the mean of peak and end
  expect(at(110)).toBeCloseTo(0.5, 12);
  expect(learningRateAt(1, { ...options, warmupSteps: 0 })).toBeLessThanOrEqual(2);
  expect(learningRateAt(5, { steps: 5, learningRate: 1, warmupSteps: 5 })).toBe(1);
  expect(learningRateAt(110, { ...options, finalLearningRate: 0 })).toBeCloseTo(0, 12);
});

import { createGate } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { memory, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { onEachBackend } from '../backends.js';
import { expectClose, numbers } from '../gradient-check.js';

const spec = { modelWidth: 64, numExperts: 8, seed: 5 };
const weightsOf = (options = {}, seed = spec.seed) => {
  const gate = createGate({ ...spec, seed }, options);
  const values = gate.variables().map((v) => numbers(v));
  gate.dispose();
  return values;
};

onEachBackend('gate', () => {
  it('is a matrix product, with a bias where asked', () => {
    const before = memory().numTensors;
    const gate = createGate({ modelWidth: 2, numExperts: 2, seed: 1 }, { bias: true });
    const [weights, bias] = gate.variables() as [never, never];
    expectClose(numbers(bias), [0, 0]);
    tidy(() => {
      const w = numbers(weights);
      const got = numbers(gate.logits(tensor2d([[2, -1]]) as Tensor2D));
      expectClose(got, [2 * w[0]! - w[2]!, 2 * w[1]! - w[3]!]);
    });
    expect(memory().numTensors).toBe(before + 2);
    gate.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('starts inside 1/sqrt(D), normal with that deviation, or at zero', () => {
    const uniform = weightsOf()[0]!;
    expect(Math.max(...uniform.map(Math.abs))).toBeLessThanOrEqual(1 / 8);
    expect(Math.max(...uniform.map(Math.abs))).toBeGreaterThan(0.9 / 8);
    const normal = weightsOf({ init: 'normal' })[0]!;
    const deviation = Math.sqrt(normal.reduce((s, w) => s + w * w, 0) / normal.length);
    expect(Math.abs(deviation - 1 / 8)).toBeLessThan(0.02);
    expect(new Set(weightsOf({ init: 'zeros' })[0])).toEqual(new Set([0]));
  });

  it('draws the same weights for the same seed and label, others otherwise', () => {
    expect(weightsOf()).toEqual(weightsOf());
    expect(weightsOf()).not.toEqual(weightsOf({}, 6));
    expect(weightsOf()).not.toEqual(weightsOf({ label: 'noise' }));
  });

  it('counts two FLOPs a weight', () => {
    const gate = createGate(spec, { outputs: 3 });
    expect(gate.flopsPerToken()).toBe(2 * 64 * 3);
    gate.dispose();
  });
});

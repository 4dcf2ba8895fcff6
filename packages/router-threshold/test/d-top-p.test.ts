import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { createRng, createRouter, normalArray } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import type { DTopPInput } from '../src/index.js';
import { dTopPRouter, topPRouter } from '../src/index.js';
import { expectNear } from './near.js';
import type { Matrix } from './reference.js';
import { selectReference, softmaxOf } from './reference.js';
import { decide, passThrough, restore, step } from './steps.js';

const EXPERTS = 8;

const random = (tokens: number, seed: number, spread = 1): Matrix => {
  const values = normalArray(createRng(seed), tokens * EXPERTS, spread);
  return Array.from({ length: tokens }, (_, t) => [...values.subarray(t * EXPERTS, (t + 1) * EXPERTS)]); // prettier-ignore
};

function create(options: DTopPInput = {}, experts = EXPERTS, seed = 1) {
  const router = createRouter(dTopPRouter, { modelWidth: experts, numExperts: experts, seed }, options); // prettier-ignore
  passThrough(router);
  return router;
}

/** (z - mean) / sqrt(variance + 1e-5), the gate's logits while its scale is 1. */
function normalised(z: readonly number[]): number[] {
  const mean = z.reduce((a, b) => a + b) / z.length;
  const variance = z.reduce((sum, v) => sum + (v - mean) ** 2, 0) / z.length;
  return z.map((v) => (v - mean) / Math.sqrt(variance + 1e-5));
}

const meanOf = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0) / counts.length;

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])('d-top-p on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it('decides as its equations in plain numbers, step after step', () => {
    const [target, proportional, integral] = [2.5, 0.2, 0.4];
    const router = create({ expertsPerToken: target, proportional, integral });
    let [sum, u] = [Math.log(target / (EXPERTS - target)), Math.log(target / (EXPERTS - target))];
    for (let n = 0; n < 8; n++) {
      const logits = random(30, 10 + n, 1 + n);
      const p = 1 / (1 + Math.exp(-u));
      const probs = logits.map(normalised).map(softmaxOf);
      const { mask, weights, logits: scores } = decide(router, logits, { training: true });
      expectNear(scores, logits.map(normalised), 2e-5);
      const wanted = probs.map((row) => selectReference(row, p));
      expect(mask).toEqual(wanted.map(({ order, wanted: m }) => order.map((_, e) => +(order.indexOf(e) < m)))); // prettier-ignore
      const held = probs.map((row, t) => row.reduce((total, v, e) => total + v * mask[t]![e]!, 0));
      expectNear(weights, probs.map((row, t) => row.map((v, e) => (v * mask[t]![e]!) / held[t]!)), 1e-5); // prettier-ignore
      step(router, logits);
      const e = Math.log(target / meanOf(wanted.map(({ wanted: m }) => m)));
      sum = Math.fround(sum + integral * e);
      u = Math.fround(sum + proportional * e);
    }
    router.dispose();
  });

  it.each([
    [1.5, 1],
    [2, 6],
    [6.5, 2],
  ])('holds a mean of %d within 2 %% on tokens of spread %d', (target, spread) => {
    const router = create({ expertsPerToken: target, normaliseLogits: spread === 2 });
    const means: number[] = [];
    for (let n = 0; n < 120; n++) {
      const logits = random(64, 100 + n, spread);
      const { mask } = decide(router, logits);
      means.push(meanOf(mask.map((row) => row.reduce((a, b) => a + b))));
      step(router, logits);
    }
    expect(Math.abs(meanOf(means.slice(-40)) / target - 1)).toBeLessThan(0.02);
    router.dispose();
  });

  it('with plain logits and p still, is top-p', () => {
    const still = { proportional: 0, integral: 0, normaliseLogits: false, normalise: false };
    const router = create({ ...still, expertsPerToken: 4 }); // p = 4 / 8
    const spec = { modelWidth: EXPERTS, numExperts: EXPERTS, seed: 1 };
    const topP = createRouter(topPRouter, spec, { p: 0.5 });
    passThrough(topP);
    const logits = random(20, 3);
    const [got, want] = [decide(router, logits), decide(topP, logits)];
    expect(got.weights).toEqual(want.weights);
    step(router, logits);
    expect(decide(router, logits).weights).toEqual(got.weights);
    [router, topP].forEach((one) => one.dispose());
  });

  it('stands still where a step has no token, and at evaluation', () => {
    const router = create();
    const state = () => [...router.variables()[2]!.dataSync()];
    const before = state();
    step(router, random(4, 1), [0, 0, 0, 0]);
    decide(router, random(4, 1));
    expect(state()).toEqual(before);
    step(router, random(4, 1), [0, 1, 0, 0]);
    expect(state()).not.toEqual(before);
    router.dispose();
  });

  it('every expert at target E, one at target 1, and a layer of one expert', () => {
    const all = create({ expertsPerToken: EXPERTS });
    expect(
      decide(all, random(5, 2))
        .mask.flat()
        .every((m) => m === 1),
    ).toBe(true);
    const one = create({ expertsPerToken: 1 });
    for (let n = 0; n < 60; n++) step(one, random(32, n));
    expect(meanOf(decide(one, random(64, 99)).mask.map((row) => row.reduce((a, b) => a + b)))).toBeCloseTo(1, 1); // prettier-ignore
    const single = create({ expertsPerToken: 1 }, 1);
    expect(decide(single, [[3], [-1]]).weights).toEqual([[1], [1]]);
    [all, one, single].forEach((router) => router.dispose());
  });

  it('a target above E is refused by name', () => {
    expect(() => create({ expertsPerToken: 9 })).toThrow(/router d-top-p.*8 experts.*expertsPerToken = 9.*at most 8/); // prettier-ignore
    expect(() => create({ expertsPerToken: 0.5 })).toThrow(/expertsPerToken = 0.5.*at least 1/);
  });

  it('resumes bit for bit, and reads no state back while it runs', () => {
    const before = memory().numTensors;
    const [one, other] = [create(), create({}, EXPERTS, 2)];
    for (let n = 0; n < 5; n++) step(one, random(32, n));
    restore(other, one);
    const read = vi.spyOn(one.variables()[2]!, 'dataSync');
    for (let n = 5; n < 9; n++) [one, other].forEach((router) => step(router, random(32, n)));
    expect(read).not.toHaveBeenCalled();
    const logits = random(40, 50);
    expect(decide(other, logits)).toEqual(decide(one, logits));
    expect([...other.variables()[2]!.dataSync()]).toEqual([...one.variables()[2]!.dataSync()]);
    [one, other].forEach((router) => router.dispose());
    expect(memory().numTensors).toBe(before);
  });
});

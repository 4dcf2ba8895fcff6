import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { assertCausal, createRng, createRouter, normalArray } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';

import type { ExpertThresholdInput } from '../src/index.js';
import { expertThresholdRouter } from '../src/index.js';
import { expectNear } from './near.js';
import type { Matrix } from './reference.js';
import { decide, passThrough, restore, step } from './steps.js';

const EXPERTS = 5;

const random = (tokens: number, seed: number): Matrix => {
  const values = normalArray(createRng(seed), tokens * EXPERTS);
  return Array.from({ length: tokens }, (_, t) =>
    Array.from({ length: EXPERTS }, (__, e) => Math.fround(values[t * EXPERTS + e]! + e / 4)),
  );
};

function create(options: ExpertThresholdInput = {}, experts = EXPERTS, seed = 1) {
  const spec = { modelWidth: experts, numExperts: experts, seed };
  const router = createRouter(expertThresholdRouter, spec, options);
  passThrough(router);
  return router;
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const columnOf = (rows: Matrix, e: number) => rows.map((row) => row[e]!).toSorted((a, b) => b - a);

/** Where expert choice would stop, midway to the first token that it refuses. */
const cutsOf = (logits: Matrix, k: number) =>
  Array.from({ length: EXPERTS }, (_, e) => {
    const taken = Math.max(1, Math.round((logits.length * k) / EXPERTS));
    const column = columnOf(logits, e);
    return (column[taken - 1]! + (column[taken] ?? column[taken - 1]!)) / 2;
  });

/** Each token's k highest. */
const tokenChoice = (logits: Matrix, k: number) =>
  logits.map((row) => row.map((z) => +(row.filter((other) => other > z).length < k)));

/** sigmoid z over the number of chosen experts. */
const fanout = (logits: Matrix, mask: Matrix) =>
  logits.map((row, t) => {
    const chosen = Math.max(1, mask[t]!.reduce((a, b) => a + b)); // prettier-ignore
    return row.map((z, e) => (sigmoid(z) * mask[t]![e]!) / chosen);
  });

const above = (logits: Matrix, cuts: readonly number[]) =>
  logits.map((row) => row.map((z, e) => +(z > cuts[e]!)));

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])(
  'expert threshold on %s',
  (backend) => {
    // prettier-ignore
    beforeAll(() => useBackend(backend));

    it.each([0, 0.9])('decides as its equations in plain numbers, with decay %d', (decay) => {
      const k = 1.6;
      const router = create({ expertsPerToken: k, decay, warmUpSteps: 2 });
      let raw = new Array<number>(EXPERTS).fill(0);
      for (let n = 1; n <= 6; n++) {
        const logits = random(24, n);
        const warm = n <= 2;
        const cuts = raw.map((x) => x / (1 - decay ** (n - 1)));
        const mask = warm ? tokenChoice(logits, Math.round(k)) : above(logits, cuts);
        const got = decide(router, logits, { training: true });
        expect(got.mask).toEqual(mask);
        expectNear(got.weights, fanout(logits, mask), 1e-5);
        const open = logits.map((row) => row.map(sigmoid));
        expectNear(got.probs, open.map((row) => row.map((s) => s / row.reduce((a, b) => a + b))), 1e-5); // prettier-ignore
        expect(got.losses).toEqual({});
        step(router, logits);
        raw = cutsOf(logits, k).map((x, e) => decay * raw[e]! + (1 - decay) * x);
      }
      router.dispose();
    });

    it('evaluation uses the cuts from the first step on, and before it the choice of each token', () => {
      const router = create({ expertsPerToken: 2, warmUpSteps: 10, weights: 'raw' });
      const logits = random(20, 7);
      expect(decide(router, logits).mask).toEqual(tokenChoice(logits, 2));
      step(router, logits);
      const mask = above(random(20, 8), cutsOf(logits, 2));
      const got = decide(router, random(20, 8));
      expect(got.mask).toEqual(mask);
      expectNear(got.weights, random(20, 8).map((row, t) => row.map((z, e) => sigmoid(z) * mask[t]![e]!)), 1e-5); // prettier-ignore
      expect(decide(router, logits, { training: true }).mask).toEqual(tokenChoice(logits, 2));
      router.dispose();
    });

    it('warmed up by expert choice, each expert takes its share of the real tokens', () => {
      const router = create({ expertsPerToken: 2, warmUp: 'expert-choice' });
      const logits = random(20, 9);
      const real = logits.map((_, t) => +(t % 4 !== 0));
      const { mask } = decide(router, logits, { training: true }, real);
      const shown = logits.filter((_, t) => real[t]);
      const least = Array.from({ length: EXPERTS }, (_, e) => columnOf(shown, e)[5]!); // 15 tokens * 2 / 5
      expect(mask).toEqual(logits.map((row, t) => row.map((z, e) => +(z >= least[e]! && real[t] === 1)))); // prettier-ignore
      router.dispose();
    });

    it('a language model can train it, unless its warm-up looks at the whole batch', () => {
      const [causal, not] = [create(), create({ warmUp: 'expert-choice' })];
      expect(() => assertCausal(causal)).not.toThrow();
      expect(() => assertCausal(not)).toThrow(/causal/);
      [causal, not].forEach((router) => router.dispose());
    });

    it('balances: each expert gets its share of the batches that follow', () => {
      const router = create({ expertsPerToken: 1, decay: 0.9 });
      for (let n = 0; n < 20; n++) step(router, random(200, n));
      const { mask } = decide(router, random(1000, 99));
      const loads = Array.from({ length: EXPERTS }, (_, e) => columnOf(mask, e).reduce((a, b) => a + b)); // prettier-ignore
      loads.forEach((load) => expect(Math.abs(load / 200 - 1)).toBeLessThan(0.15));
      router.dispose();
    });

    it('a token below every cut has no expert and no weight', () => {
      const router = create();
      step(router, random(20, 1));
      const { mask, weights } = decide(router, [new Array<number>(EXPERTS).fill(-50)]);
      expect([...mask.flat(), ...weights.flat()]).toEqual(new Array(2 * EXPERTS).fill(0));
      router.dispose();
    });

    it('one expert, one token, padding alone', () => {
      const single = create({ expertsPerToken: 1 }, 1);
      expect(decide(single, [[3], [-1]], { training: true }).mask).toEqual([[1], [1]]);
      const router = create();
      step(router, random(1, 2));
      const { weights } = decide(router, random(1, 3));
      expect(weights.flat().every(Number.isFinite)).toBe(true);
      const state = () => [...router.variables()[1]!.dataSync()];
      const before = state();
      step(router, random(3, 4), [0, 0, 0]);
      expect(state()).toEqual(before);
      [single, router].forEach((one) => one.dispose());
    });

    it('logits that are not finite are refused once cuts decide', () => {
      const router = create();
      step(router, random(4, 1));
      expect(() => decide(router, [[NaN, 0, 0, 0, 0]])).toThrow(/finite/);
      router.dispose();
    });

    it('more experts per token than there are is refused by name', () => {
      expect(() => create({ expertsPerToken: 6 })).toThrow(/router expert-threshold.*5 experts.*expertsPerToken = 6/); // prettier-ignore
      expect(() => create({ decay: 1 })).toThrow(/decay = 1.*at most 0.9999/);
    });

    it('resumes bit for bit, and reads no state back while it runs', () => {
      const before = memory().numTensors;
      const [one, other] = [create(), create({}, EXPERTS, 2)];
      for (let n = 0; n < 4; n++) step(one, random(16, n));
      restore(other, one);
      const read = vi.spyOn(one.variables()[1]!, 'dataSync');
      for (let n = 4; n < 7; n++) [one, other].forEach((router) => step(router, random(16, n)));
      expect(read).not.toHaveBeenCalled();
      expect(decide(other, random(30, 50))).toEqual(decide(one, random(30, 50)));
      [one, other].forEach((router) => router.dispose());
      expect(memory().numTensors).toBe(before);
    });
  },
);

import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { createRng, createRouter, normalArray } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import type { TopPInput } from '../src/index.js';
import { topPRouter } from '../src/index.js';
import { expectNear } from './near.js';
import type { Matrix } from './reference.js';
import { softmaxOf } from './reference.js';
import { decide, passThrough } from './steps.js';

const TOLERANCE = 1e-5;
const EXPERTS = 6;

const random = (tokens: number, seed: number, spread = 1.5): Matrix => {
  const values = normalArray(createRng(seed), tokens * EXPERTS, spread);
  return Array.from({ length: tokens }, (_, t) => [...values.subarray(t * EXPERTS, (t + 1) * EXPERTS)]); // prettier-ignore
};

/**
 * The rule as the released code of 2403.07652 has it, in plain numbers: sorted probabilities, their running sums, and of
 * the positions where the sum is above p all but the first are closed.
 */
function reference(logits: Matrix, p: number, normalise: boolean, real: readonly number[]) {
  const probs = logits.map(softmaxOf);
  const mask = probs.map((row, t) => {
    const order = row.map((_, e) => e).sort((a, b) => row[b]! - row[a]! || a - b);
    const sums = order.map((_, i) => order.slice(0, i + 1).reduce((sum, e) => sum + row[e]!, 0));
    const crossing = Math.max(0, sums.findIndex((sum) => sum > p)); // prettier-ignore
    const open = (i: number) => !(sums[i]! > p) || i === crossing;
    return row.map((_, e) => +(open(order.indexOf(e)) && real[t] === 1));
  });
  const weights = probs.map((row, t) => {
    const held = row.reduce((sum, v, e) => sum + v * mask[t]![e]!, 0);
    return row.map((v, e) => (mask[t]![e] ? v / (normalise ? held : 1) : 0));
  });
  const tokens = real.reduce((a, b) => a + b, 0);
  const pairs = mask.flat().reduce((a, b) => a + b, 0);
  const column = (rows: Matrix, e: number) => rows.reduce((sum, row, t) => sum + row[e]! * real[t]!, 0); // prettier-ignore
  const balance = EXPERTS * probs[0]!.reduce((sum, _, e) => sum + (column(mask, e) / pairs) * (column(probs, e) / tokens), 0); // prettier-ignore
  const entropies = probs.map((row) => -row.reduce((sum, v) => sum + v * Math.log(v), 0));
  const entropy = entropies.reduce((sum, h, t) => sum + h * real[t]!, 0) / tokens;
  return { probs, mask, weights, losses: { 'load-balancing': balance, entropy } };
}

function create(options: TopPInput, experts = EXPERTS) {
  const spec = { modelWidth: experts, numExperts: experts, seed: 1 };
  const router = createRouter(topPRouter, spec, options);
  passThrough(router);
  return router;
}

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])('top-p on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each([
    [0.2, false],
    [0.4, false],
    [0.7, true],
    [0.95, true],
  ])('p = %d, normalised %s: the released rule in plain numbers', (p, normalise) => {
    const router = create({ p, normalise });
    const logits = random(40, 3);
    for (const real of [logits.map(() => 1), logits.map((_, t) => +(t % 4 !== 1))]) {
      const got = decide(router, logits, { training: true }, real);
      const want = reference(logits, p, normalise, real);
      expect(got.mask).toEqual(want.mask);
      expectNear(got.weights, want.weights, TOLERANCE);
      expectNear(got.probs.filter((_, t) => real[t]), want.probs.filter((_, t) => real[t]), TOLERANCE); // prettier-ignore
      for (const name of ['load-balancing', 'entropy'] as const) {
        expectNear(got.losses[name], want.losses[name], TOLERANCE, name);
      }
    }
    router.dispose();
  });

  it('a token by hand: .5 .3 .2 at p = .6 takes the first two', () => {
    const router = create({ p: 0.6 }, 3);
    const { mask, weights } = decide(router, [[Math.log(0.3), Math.log(0.5), Math.log(0.2)]]);
    expect(mask).toEqual([[1, 1, 0]]);
    expectNear(weights, [[0.3, 0.5, 0]], 1e-6);
    router.dispose();
  });

  it('p = 0 is top-1, p = 1 is every expert', () => {
    const logits = random(9, 4);
    const counts = (p: number) => {
      const router = create({ p });
      const { mask } = decide(router, logits);
      router.dispose();
      return mask.map((row) => row.reduce((a, b) => a + b));
    };
    expect(counts(0)).toEqual(new Array(9).fill(1));
    expect(counts(1)).toEqual(new Array(9).fill(EXPERTS));
  });

  it('equal probabilities are taken from the lowest index', () => {
    const router = create({ p: 0.4 }, 4);
    expect(decide(router, [[1, 1, 1, 1]]).mask).toEqual([[1, 1, 0, 0]]);
    router.dispose();
  });

  it.each([
    ['one expert', 1, [[0.3], [2]]],
    ['one token', 3, [[1, 2, 3]]],
  ] as const)('%s', (_, experts, logits) => {
    const router = create({}, experts);
    const { mask, losses } = decide(router, logits as unknown as Matrix, { training: true });
    expect(mask.length).toBe(logits.length);
    expect(Object.values(losses).every(Number.isFinite)).toBe(true);
    if (experts === 1) expect(mask).toEqual([[1], [1]]);
    router.dispose();
  });

  it('a batch without a token is refused with a code', () => {
    const router = create({});
    expect(() => decide(router, [])).toThrow(/Leave out a batch that has no token/);
    router.dispose();
  });

  it('padding alone routes nothing, and its losses are finite', () => {
    const router = create({});
    const { mask, losses } = decide(router, random(3, 5), { training: true }, [0, 0, 0]);
    expect(mask.flat().every((m) => m === 0)).toBe(true);
    expect(Object.values(losses).every(Number.isFinite)).toBe(true);
    router.dispose();
  });

  it('coefficients of 0 leave both losses out, and no tensor is left behind', () => {
    const before = memory().numTensors;
    const router = create({ balanceCoefficient: 0, entropyCoefficient: 0 });
    expect(decide(router, random(3, 6), { training: true }).losses).toEqual({});
    router.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

import '@tensorflow/tfjs';

import { MoELayer, createRng, expertCapacity, normalArray, uniformArray } from '@moekit/core';
import type { Routing } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { setBackend, sum, tensor2d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { routeLogits } from '../src/index.js';
import type { LayerCase } from './golden.js';
import { context, expertsOf, routerOfLogits } from './layer.js';
import { expectNear } from './near.js';
import { routeReference, softmaxOf } from './reference.js';
import type { Matrix } from './reference.js';

/** float32 sums of at most 9 probabilities. */
const TOLERANCE = 1e-5;

beforeAll(() => setBackend('cpu'));

const problem = fc
  .record({
    tokens: fc.integer({ min: 1, max: 12 }),
    experts: fc.integer({ min: 1, max: 9 }),
    spread: fc.constantFrom(0.5, 2, 6),
    seed: fc.nat(),
  })
  .map(({ tokens, experts, spread, seed }) => {
    const values = normalArray(createRng(seed), tokens * experts, spread);
    return rows(values, experts);
  });
const threshold = fc.double({ min: 0, max: 1, noNaN: true });

const rows = (values: Float32Array, columns: number): Matrix =>
  Array.from({ length: values.length / columns }, (_, r) =>
    Array.from(values.subarray(r * columns, (r + 1) * columns)),
  );

function decide(logits: Matrix, t: number, capacity?: number) {
  return tidy(() =>
    read(routeLogits(tensor2d(logits), { threshold: t, capacity, balanceCoefficient: 1 })),
  );
}

function read({ combineWeights, dispatchMask, probs, losses }: Routing) {
  return {
    weights: combineWeights.arraySync(),
    mask: dispatchMask.arraySync(),
    probs: probs.arraySync(),
    balance: losses[0]!.value.arraySync(),
    perToken: sum(dispatchMask, 1).arraySync() as number[],
    total: sum(dispatchMask).arraySync() as number,
  };
}

describe('invariants of XMoE routing', () => {
  it('threshold 0 is top-1 with the raw probability as weight', () => {
    fc.assert(
      fc.property(problem, (logits) => {
        const { weights, probs } = decide(logits, 0);
        probs.forEach((p, t) => {
          const first = p.indexOf(Math.max(...p));
          expect(weights[t]).toEqual(p.map((v, e) => (e === first ? v : 0)));
        });
      }),
    );
  });

  it('threshold 1 and capacity factor N is the full softmax mixture', () => {
    const unsaturated = problem.filter((logits) =>
      logits.every((z) => Math.max(...z) - Math.min(...z) < 15),
    );
    fc.assert(
      fc.property(unsaturated, (logits) => {
        const [S, N] = [logits.length, logits[0]!.length];
        const capacity = expertCapacity(S, N, { capacityFactor: N, minCapacity: 1 });
        const { weights, probs } = decide(logits, 1, capacity);
        expect(weights).toEqual(probs);
      }),
    );
  });

  it('the kept mass reaches the threshold when nothing is dropped', () => {
    fc.assert(
      fc.property(problem, threshold, (logits, t) => {
        for (const w of decide(logits, t).weights) {
          expect(w.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(t - TOLERANCE);
        }
      }),
    );
  });

  it('without its last expert the kept mass stays below the threshold: the wanted set is the smallest', () => {
    fc.assert(
      fc.property(problem, threshold, (logits, t) => {
        for (const w of decide(logits, t).weights) {
          const kept = w.filter((v) => v > 0).sort((a, b) => b - a);
          const before = kept.slice(0, -1).reduce((a, b) => a + b, 0);
          if (kept.length > 1) expect(before).toBeLessThan(t + TOLERANCE);
        }
      }),
    );
  });

  it('at most N C pairs are kept, and at most C by each expert', () => {
    fc.assert(
      fc.property(problem, threshold, fc.integer({ min: 1, max: 6 }), (logits, t, capacity) => {
        const { mask, total } = decide(logits, t, capacity);
        expect(total).toBeLessThanOrEqual(logits[0]!.length * capacity);
        mask[0]!.forEach((_, e) => {
          expect(mask.filter((row) => row[e]).length).toBeLessThanOrEqual(capacity);
        });
      }),
    );
  });

  it('capacity and priority are those of the float64 reference', () => {
    fc.assert(
      fc.property(problem, fc.constantFrom(0.3, 1, 2), (logits, capacityFactor) => {
        const rule = { threshold: 0.7, capacityFactor, minCapacity: 1 };
        const reference = routeReference(logits.map(softmaxOf), rule);
        const { mask } = decide(
          logits,
          0.7,
          expertCapacity(logits.length, logits[0]!.length, rule),
        );
        expect(mask).toEqual(reference.kept);
      }),
    );
  });

  it('the number of wanted experts grows with the threshold', () => {
    fc.assert(
      fc.property(problem, threshold, threshold, (logits, a, b) => {
        const low = decide(logits, Math.min(a, b)).perToken;
        const high = decide(logits, Math.max(a, b)).perToken;
        low.forEach((n, t) => expect(n).toBeLessThanOrEqual(high[t]!));
      }),
    );
  });

  it('permuting the tokens permutes the outputs (no ties)', () => {
    const untied = problem.filter((logits) => {
      const probs = logits.flatMap(softmaxOf);
      return new Set(probs).size === probs.length;
    });
    fc.assert(
      fc.property(untied, fc.nat(), (logits, seed) => {
        const rng = createRng(seed);
        const order = logits.map((_, t) => t).sort(() => rng.uniform() - 0.5);
        const { weights } = decide(logits, 0.8, 2);
        const permuted = decide(
          order.map((t) => logits[t]!),
          0.8,
          2,
        );
        expect(permuted.weights).toEqual(order.map((t) => weights[t]));
      }),
    );
  });

  it('the balancing loss is 1 whenever the mean probabilities are uniform, whatever the top-1 counts', () => {
    fc.assert(
      fc.property(problem, (logits) => {
        const tilts = logits.map(softmaxOf).map((p) => p.map((v) => v - 1 / p.length));
        const pairs = tilts.flatMap((tilt) => [1, -1].map((sign) => tiltedLogits(tilt, sign)));
        expectNear(decide(pairs, 0.9).balance, 1, TOLERANCE);
      }),
    );
  });

  it('the balancing loss is 1 whenever the top-1 counts are uniform, whatever the probabilities', () => {
    fc.assert(
      fc.property(problem, (logits) => {
        const led = logits.flatMap((z) => z.map((_, leader) => withLeader(z, leader)));
        expectNear(decide(led, 0.9).balance, 1, TOLERANCE);
      }),
    );
  });

  it('one expert is the dense network', () => {
    fc.assert(
      fc.property(fc.nat(), threshold, fc.integer({ min: 1, max: 7 }), (seed, t, tokens) => {
        const rng = createRng(seed);
        const x = rows(normalArray(rng, tokens * 3), 3);
        const expert = {
          W1: rows(uniformArray(rng, 6, -1), 3),
          b1: Array.from(uniformArray(rng, 2)),
          W2: rows(uniformArray(rng, 6, -1), 2),
          b2: Array.from(uniformArray(rng, 3)),
        };
        expectNear(
          oneExpertOutput(x, expert, t),
          x.map((row) => dense(expert, row)),
          TOLERANCE,
        );
      }),
      { numRuns: 30 },
    );
  });
});

/** Logits of the distribution (1 +- tilt) / N: the two signs together have a uniform mean. */
function tiltedLogits(tilt: readonly number[], sign: number): number[] {
  return tilt.map((v) => Math.log(1 + sign * 0.9 * v));
}

/** The same logits with the largest moved to a given expert. */
function withLeader(z: readonly number[], leader: number): number[] {
  const first = z.indexOf(Math.max(...z));
  return z.map((v, e) => (e === leader ? z[first]! : e === first ? z[leader]! : v));
}

function dense({ W1, b1, W2, b2 }: LayerCase['experts'][number], x: readonly number[]): number[] {
  const hidden = W1.map((w, f) =>
    Math.max(
      w.reduce((s, v, d) => s + v * x[d]!, b1[f]!),
      0,
    ),
  );
  return W2.map((w, d) => w.reduce((s, v, f) => s + v * hidden[f]!, b2[d]!));
}

function oneExpertOutput(x: Matrix, expert: LayerCase['experts'][number], t: number): Matrix {
  const experts = expertsOf({ x, experts: [expert] } as unknown as LayerCase);
  const output = tidy(() => {
    const logits = tensor2d(x.map(([first]) => [first!])); // [T,1], any value
    const router = routerOfLogits(logits as never, (z: Tensor2D) =>
      routeLogits(z, { threshold: t, balanceCoefficient: 0 }),
    );
    return new MoELayer({ router, experts }).call(tensor2d(x), context()).output.arraySync();
  });
  experts.dispose();
  return output;
}

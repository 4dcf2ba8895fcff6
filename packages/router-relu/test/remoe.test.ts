import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import type { RouteContext, RoutingStats } from '@moekit/core';
import {
  assertPlugin,
  createRng,
  createRouter,
  decodeRoutingStats,
  normalArray,
} from '@moekit/core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { memory, setBackend, tensor1d, tensor2d, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { reluRouters, remoeRouter } from '../src/index.js';
import { expectNear } from './near.js';
import { lambdaReference, remoeReference, shareReference } from './reference.js';

const spec = { modelWidth: 8, numExperts: 6, seed: 3 };
const context = (over: Partial<RouteContext> = {}): RouteContext => ({
  training: true,
  rng: createRng(1),
  ...over,
});
const tokens = (T: number, scale = 1): Tensor2D =>
  tensor2d(normalArray(createRng(5), T * 8, scale), [T, 8]);
const zerosOf = (T: number) => tensor2d(new Float32Array(T * 8), [T, 8]);
const options = { expertsPerToken: 1.5, startCoefficient: 0.25 };

function statsOf(pairs: number, count: number): RoutingStats {
  return {
    ...decodeRoutingStats(new Float32Array(2 * spec.numExperts + 9)),
    tokens: count,
    selectedPairs: pairs,
    dispatchedPairs: pairs,
  };
}

it('all routers of the package are plug-ins', () => {
  for (const plugin of reluRouters) expect(assertPlugin(plugin)).toBe(plugin);
});

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it('weights, shares and loss are those of the plain loops, to 1e-6', () => {
    const router = createRouter(remoeRouter, spec, options);
    tidy(() => {
      const routing = router.route(tokens(33), context());
      const logits = routing.logits.arraySync();
      const want = remoeReference(logits, 1.5);
      expectNear(routing.combineWeights.arraySync(), want.weights, 1e-6);
      expect(routing.dispatchMask.arraySync()).toEqual(want.open);
      expectNear(routing.probs.arraySync(), shareReference(logits), 1e-6);
      const [loss] = routing.losses;
      expect(loss!.coefficient).toBe(1);
      expectNear(loss!.value.arraySync(), 0.25 * want.loss, 1e-6);
    });
    router.dispose();
  });

  it('the loss pulls each open gate by lambda f_e / T, crowded experts more', () => {
    const router = createRouter(remoeRouter, spec, options);
    tidy(() => {
      const x = tokens(12);
      const [gate] = router.variables();
      const { grads } = variableGrads(() => router.route(x, context()).losses[0]!.value, [gate!]);
      const logits = router.route(x, context()).logits.arraySync();
      const { open, fractions } = remoeReference(logits, 1.5);
      const rows = x.arraySync();
      const want = Array.from({ length: 8 }, (_, d) =>
        fractions.map((f, e) =>
          rows.reduce((total, row, t) => total + (0.25 * f * open[t]![e]! * row[d]!) / 12, 0),
        ),
      );
      expectNear((grads[gate!.name] as Tensor).arraySync(), want, 1e-5);
    });
    router.dispose();
  });

  it('a token that opens no gate computes nothing and has even shares', () => {
    const router = createRouter(remoeRouter, spec, options);
    const [gate] = router.variables();
    tidy(() => gate!.assign(tensor2d(new Float32Array(48).fill(-1), [8, 6]) as Tensor));
    tidy(() => {
      const x = tensor2d(new Float32Array(16).fill(0.5), [2, 8]);
      const routing = router.route(x, context());
      expect(Math.max(...routing.combineWeights.dataSync())).toBe(0);
      expect(Math.max(...routing.dispatchMask.dataSync())).toBe(0);
      expectNear(routing.probs.arraySync(), shareReference(routing.logits.arraySync()), 1e-6);
      expect(routing.losses[0]!.value.arraySync()).toBeCloseTo(0, 10);
      const { grads } = variableGrads(() => router.route(x, context()).losses[0]!.value, [gate!]);
      expect(Math.max(...grads[gate!.name]!.dataSync().map(Math.abs))).toBe(0);
    });
    router.dispose();
  });

  it('one token is routed; none is refused', () => {
    const router = createRouter(remoeRouter, spec, options);
    const route = (T: number) => tidy(() => router.route(zerosOf(T), context()).losses.length);
    expect(route(1)).toBe(1);
    expect(() => route(0)).toThrow(/Leave out a batch that has no token/);
    router.dispose();
  });

  it('a batch of padding alone opens nothing and loses nothing', () => {
    const router = createRouter(remoeRouter, spec, options);
    tidy(() => {
      const tokenMask = tensor1d([0, 0, 0]);
      const routing = router.route(tokens(3), context({ tokenMask }));
      expect(Math.max(...routing.dispatchMask.dataSync())).toBe(0);
      expect(routing.losses[0]!.value.arraySync()).toBeCloseTo(0, 10);
    });
    router.dispose();
  });

  it('logits of 1e20 stay finite', () => {
    const router = createRouter(remoeRouter, spec, options);
    tidy(() => {
      const { combineWeights, probs } = router.route(tokens(5, 1e20), context());
      for (const values of [combineWeights, probs]) {
        expect(values.dataSync().every(Number.isFinite)).toBe(true);
      }
    });
    router.dispose();
  });

  it('maxExperts keeps the highest open gates, and bounds the pairs', () => {
    const router = createRouter(remoeRouter, spec, { ...options, maxExperts: 2 });
    tidy(() => {
      const routing = router.route(tokens(20), context());
      expect(routing.maxPairs).toBe(40);
      routing.logits.arraySync().forEach((row, t) => {
        const highest = [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, 2);
        const want = row.map((z, e) => (z > 0 && highest.includes(e) ? 1 : 0));
        expect(routing.dispatchMask.arraySync()[t]).toEqual(want);
      });
    });
    router.dispose();
  });
});

describe('lambda', () => {
  const after = (steps: readonly (readonly [pairs: number, tokens: number])[]) => {
    const router = createRouter(remoeRouter, spec, options);
    for (const [pairs, count] of steps) router.afterStep!(statsOf(pairs, count), {});
    const lambda = router.variables()[1]!.dataSync()[0]!;
    router.dispose();
    return lambda;
  };

  it.each([
    ['too many gates are open', 40, 20],
    ['too few are', 10, 20],
    ['exactly k per token are', 30, 20],
  ])('when %s: as the paper writes it, in sparsities', (_, pairs, count) => {
    const step = { pairs, tokens: count, experts: 6 };
    const want = lambdaReference(0.25, step, { k: 1.5, alpha: 1.2 });
    expectNear(after([[pairs, count]]), want, 1e-6);
  });

  it('a step without tokens leaves it alone', () => expect(after([[0, 0]])).toBe(0.25));

  it('stays within float32 in 2000 steps, and comes back', () => {
    const up = Array.from({ length: 2000 }, () => [40, 20] as const);
    expect(after(up)).toBeLessThan(Infinity);
    const down = Array.from({ length: 2000 }, () => [0, 20] as const);
    expect(after([...down, ...down])).toBeGreaterThan(0);
    expect(after([...down, [40, 20]])).toBeGreaterThan(after(down));
  });

  it('is part of the loss after a step, and of a checkpoint', () => {
    const [stepped, restored] = [1, 2].map((seed) =>
      createRouter(remoeRouter, { ...spec, seed }, options),
    );
    stepped!.afterStep!(statsOf(40, 20), {});
    const lossOf = (router: typeof stepped) =>
      tidy(() => (router!.route(tokens(9), context()).losses[0]!.value as Scalar).arraySync());
    restored!.variables().forEach((v, i) => v.assign(stepped!.variables()[i] as Tensor));
    expect(lossOf(restored)).toBe(lossOf(stepped));
    [stepped, restored].forEach((router) => router!.dispose());
  });
});

it.each([
  [{ expertsPerToken: 0 }, /expertsPerToken = 0.*expected a number above 0/],
  [{ expertsPerToken: 7 }, /expertsPerToken = 7.*at most 6/],
  [{ startCoefficient: -1 }, /startCoefficient = -1.*expected a number of at least 0/],
  [{ coefficientFactor: 0.5 }, /coefficientFactor = 0\.5.*expected a number of at least 1/],
  [{ maxExperts: 0 }, /maxExperts = 0.*expected a whole number of at least 1/],
])('%j is refused', (wrong, message) => {
  expect(() => createRouter(remoeRouter, spec, wrong)).toThrow(message);
});

it('no tensor is left behind', () => {
  const before = memory().numTensors;
  const router = createRouter(remoeRouter, spec);
  tidy(() => void router.route(tokens(7), context()));
  router.afterStep!(statsOf(3, 7), {});
  router.dispose();
  expect(memory().numTensors).toBe(before);
});

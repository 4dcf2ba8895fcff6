import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import type { Router, RoutingStats } from '@moekit/core';
import { createRng, createRouter, decodeRoutingStats, encodeRoutingStats } from '@moekit/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { memory, setBackend, tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { longcatRouter } from '../src/index.js';
import golden from './goldens/longcat-gate.json' with { type: 'json' };
import { expectNear } from './near.js';
import { context, randomRows } from './rule.js';
import { budgetReference, longcatReference } from './slots-reference.js';

const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'];
const spec = { modelWidth: 6, numExperts: 8, seed: 3 };
const setTo = (router: Router, index: number, values: number[] | number[][]) =>
  tidy(() => router.variables()[index]!.assign(tensor(values as never) as Tensor));
const sum = (row: readonly number[]) => row.reduce((total, v) => total + v, 0);

function statsOf(tokensPerExpert: number[], tokens: number): RoutingStats {
  const none = decodeRoutingStats(new Float32Array(2 * tokensPerExpert.length + 9));
  return { ...none, tokensPerExpert, tokens };
}

describe.each(backends)('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it("the gate is transformers' LongcatFlashTopkRouter, to 1e-5", () => {
    const options = { k: 4, zeroExperts: 6, scalingFactor: 6 };
    const router = createRouter(
      longcatRouter,
      { modelWidth: 16, numExperts: 12, seed: 1 },
      options,
    );
    const byInput = golden.x[0]!.map((_, d) => golden.classifier.map((row) => row[d]!));
    setTo(router, 0, byInput);
    setTo(router, 1, golden.bias);
    tidy(() => {
      const routing = router.route(tensor2d(golden.x), context());
      const { mass, slots, copyWeight } = routing.zeroCompute!;
      const cut = (rows: number[][]) => rows.map((row) => row.slice(0, 12));
      expectNear(routing.logits.arraySync(), cut(golden.logits), 1e-5);
      expectNear(routing.combineWeights.arraySync(), cut(golden.weights), 1e-5);
      expectNear(copyWeight!.arraySync(), golden.weights.map((row) => sum(row.slice(12))), 1e-5); // prettier-ignore
      const chosen = golden.experts.map((of) => of.filter((e) => e >= 12).length);
      expect(slots.arraySync()).toEqual(chosen);
      expectNear(mass.arraySync(), routing.probs.arraySync().map((row) => 1 - sum(row)), 1e-5); // prettier-ignore
    });
    router.dispose();
  });

  it('weights are those of the plain loops, with and without biases', () => {
    for (const bias of [new Array(12).fill(0), randomRows(8, 1, 12, 0.1)[0]!]) {
      const router = createRouter(longcatRouter, spec, { k: 5, scalingFactor: 2 });
      setTo(router, 1, bias);
      tidy(() => {
        const x = randomRows(5, 40, 6);
        const gate = router.variables()[0]!.arraySync() as number[][];
        const logits = x.map((row) =>
          gate[0]!.map((_, e) => sum(row.map((v, d) => v * gate[d]![e]!))),
        );
        const want = longcatReference(logits, { k: 5, bias, scale: 2 });
        const { combineWeights, zeroCompute } = router.route(tensor2d(x), context());
        expectNear(combineWeights.arraySync(), want.map((row) => row.slice(0, 8)), 1e-5); // prettier-ignore
        expectNear(zeroCompute!.copyWeight!.arraySync(), want.map((row) => sum(row.slice(8))), 1e-5); // prettier-ignore
      });
      router.dispose();
    }
  });

  it('a batch of padding alone takes no slot', () => {
    const router = createRouter(longcatRouter, spec);
    tidy(() => {
      const tokenMask = tensor1d([0, 0, 0]);
      const { zeroCompute, dispatchMask } = router.route(tensor2d(randomRows(1, 3, 6)), context({ tokenMask })); // prettier-ignore
      expect(sum(zeroCompute!.slots.arraySync())).toBe(0);
      expect(sum(dispatchMask.arraySync().map(sum))).toBe(0);
    });
    router.dispose();
  });
});

describe('the budget', () => {
  it('biases move as the paper writes it; those of zero experts stay', () => {
    const speeds = { biasSpeed: 0.4, budgetSpeed: 0.4 };
    const router = createRouter(longcatRouter, spec, { expertsPerToken: 1.5, ...speeds });
    const taken = [9, 0, 3, 3, 3, 3, 3, 1];
    const rule = { tokens: 20, k: 3, expertsPerToken: 1.5, speed: 0.4 };
    let want = new Array<number>(12).fill(0);
    for (let step = 0; step < 3; step++) {
      router.afterStep!(statsOf(taken, 20), {});
      want = budgetReference(want, taken, rule);
    }
    expectNear(Array.from(router.variables()[1]!.dataSync()), want, 1e-6);
    router.afterStep!(statsOf(new Array(8).fill(0), 0), {});
    expectNear(Array.from(router.variables()[1]!.dataSync()), want, 1e-6);
    router.dispose();
  });

  it('a budget of another speed follows the mean error alone', () => {
    const router = createRouter(longcatRouter, spec, { biasSpeed: 0, budgetSpeed: 0.4 });
    router.afterStep!(statsOf([16, 0, 0, 0, 0, 0, 0, 0], 20), {});
    // 2 wanted, 16 / 20 seen: (2 - 0.8) / (3 * 8) for each real expert, nothing for the others
    const want = [...new Array<number>(8).fill(0.4 * 0.05), 0, 0, 0, 0];
    expectNear(Array.from(router.variables()[1]!.dataSync()), want, 1e-6);
    router.dispose();
  });

  it.each([1, 2, 2.5])(
    'reaches %d real experts per token, evenly, whatever the gate says',
    (target) => {
      const router = createRouter(longcatRouter, spec, { expertsPerToken: target });
      const step = (seed: number) => {
        const x = tensor2d(randomRows(seed, 512, 6));
        const encoded = tidy(() =>
          encodeRoutingStats(router.route(x, context({ training: true }))),
        );
        const values = encoded.dataSync();
        [x, encoded].forEach((t) => t.dispose());
        const stats = decodeRoutingStats(values);
        router.afterStep!(stats, {});
        return stats;
      };
      for (let seed = 1; seed <= 250; seed++) step(seed);
      const last = Array.from({ length: 20 }, (_, i) => step(1000 + i));
      const mean = sum(last.map((s) => s.dispatchedPairs)) / (20 * 512);
      expect(Math.abs(mean / target - 1)).toBeLessThan(0.02);
      const loads = Array.from({ length: 8 }, (_, e) =>
        sum(last.map((s) => s.tokensPerExpert[e]!)),
      );
      expect(Math.max(...loads) / (sum(loads) / 8)).toBeLessThan(1.1);
      router.dispose();
    },
  );

  it('is restored bit for bit with the weights', () => {
    const [from, to] = [1, 2].map((seed) => createRouter(longcatRouter, { ...spec, seed }));
    from!.afterStep!(statsOf([50, 1, 1, 1, 1, 1, 1, 1], 64), {});
    to!.variables().forEach((v, i) => v.assign(from!.variables()[i] as Tensor));
    const bytes = (router: Router) =>
      tidy(() => [
        ...router.route(tensor2d(randomRows(4, 32, 6)), context()).combineWeights.dataSync(),
      ]);
    expect(bytes(to!)).toEqual(bytes(from!));
    [from, to].forEach((router) => router!.dispose());
  });
});

describe('options', () => {
  it.each([
    [{}, 2],
    [{ zeroExperts: 8, k: 4 }, 2],
    [{ expertsPerToken: 1.25 }, 1.25],
    [{ zeroExperts: 0, k: 2 }, 2],
  ])('%j aims at %d experts per token', (options, expected) => {
    const router = createRouter(longcatRouter, spec, options);
    expect(router.expertsPerToken).toBe(expected);
    router.dispose();
  });

  it.each([
    [{ k: 13 }, /k = 13, zeroExperts = 4.*from 1 to 12/],
    [{ expertsPerToken: 3.5 }, /expertsPerToken = 3\.5.*from 0 to 3/],
    [{ k: 6, zeroExperts: 2, expertsPerToken: 3 }, /expertsPerToken = 3.*from 4 to 6/],
    [{ zeroExperts: -1 }, /zeroExperts = -1.*whole number of at least 0/],
    [{ biasSpeed: -1 }, /biasSpeed = -1.*at least 0/],
    [{ budgetSpeed: -1 }, /budgetSpeed = -1.*at least 0/],
    [{ scalingFactor: -1 }, /scalingFactor = -1.*at least 0/],
  ])('%j is refused', (options, message) => {
    expect(() => createRouter(longcatRouter, spec, options)).toThrow(message);
  });

  it('one expert and its identity, one token', () => {
    const router = createRouter(longcatRouter, { ...spec, numExperts: 1 }, { k: 1 });
    tidy(() => {
      const { combineWeights, zeroCompute } = router.route(
        tensor2d(randomRows(1, 1, 6)),
        context(),
      );
      expect(combineWeights.shape).toEqual([1, 1]);
      expect(zeroCompute!.slots.arraySync()[0]! + +(combineWeights.arraySync()[0]![0]! > 0)).toBe(
        1,
      );
    });
    router.dispose();
  });

  it('no tensor is left behind', () => {
    const before = memory().numTensors;
    const router = createRouter(longcatRouter, spec);
    tidy(() => void router.route(tensor2d(randomRows(1, 3, 6)), context({ rng: createRng(1) })));
    router.afterStep!(statsOf([1, 1, 1, 1, 1, 1, 1, 1], 4), {});
    router.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import type { RouteContext } from '@moekit/core';
import { createRng, createRouter, normalArray } from '@moekit/core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { grad, memory, setBackend, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { blockFfnRouter } from '../src/index.js';
import { chunkLoss } from '../src/chunk-loss.js';
import { localityLoss } from '../src/locality-loss.js';
import { expectNear } from './near.js';
import type { Matrix } from './reference.js';
import {
  blockFfnReference,
  chunkReference,
  localityReference,
  shareReference,
} from './reference.js';

const spec = { modelWidth: 8, numExperts: 5, seed: 3 };
const sequences = { batch: 2, length: 7 };
const context = (over: Partial<RouteContext> = {}): RouteContext => ({
  training: true,
  rng: createRng(1),
  ...over,
});
const tokens = (): Tensor2D => tensor2d(normalArray(createRng(5), 14 * 8), [14, 8]);
const inSequences = (rows: Matrix): Matrix[] => [rows.slice(0, 7), rows.slice(7)];
/** A token that opens no gate needs no expert. */
const openShares = (logits: Matrix): Matrix =>
  shareReference(logits).map((row, t) => row.map((p, e) => (logits[t]![e]! > 0 ? p : 0)));
/** Of small logits, where the plain logarithms of the reference do not overflow. */
const options = {
  steepness: 3,
  chunkLength: 3,
  localityCoefficient: 0.01,
  startCoefficient: 0.5,
  balanceCoefficient: 0,
};

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it('weights and losses are those of the plain loops, to 1e-5', () => {
    const router = createRouter(blockFfnRouter, spec, options);
    const scale = [0.5, 1, 2, -1, 3];
    tidy(() => router.variables()[1]!.assign(tensor2d([scale]) as Tensor));
    tidy(() => {
      const routing = router.route(tokens(), context({ sequences }));
      const logits = routing.logits.arraySync();
      expectNear(routing.combineWeights.arraySync(), blockFfnReference(logits, scale, 1e-6), 1e-5);
      expectNear(routing.probs.arraySync(), shareReference(logits), 1e-6);
      const [chunk, locality] = routing.losses;
      const shares = openShares(logits);
      expectNear(chunk!.value.arraySync(), 0.5 * chunkReference(inSequences(shares), 3), 1e-5);
      expect(locality!.coefficient).toBe(0.01);
      expectNear(locality!.value.arraySync(), localityReference(inSequences(logits), 3), 1e-5);
    });
    router.dispose();
  });

  it('the balancing loss is that of shares and open gates, over the scope asked for', () => {
    const router = createRouter(blockFfnRouter, spec, { balanceScope: 'batch' });
    tidy(() => {
      const routing = router.route(tokens(), context());
      const logits = routing.logits.arraySync();
      const pairs = logits.flat().filter((z) => z > 0).length;
      const mean = (e: number) =>
        shareReference(logits).reduce((all, p) => all + p[e]!, 0) / logits.length;
      const want = [0, 1, 2, 3, 4].reduce((all, e) => {
        const count = logits.filter((row) => row[e]! > 0).length;
        return all + (5 * count * mean(e)) / pairs;
      }, 0);
      expect(routing.losses.map(({ name }) => name)).toEqual(['load-balancing']);
      expectNear(routing.losses[0]!.value.arraySync(), want, 1e-5);
      expect(Object.values(routing.statistics!)[0]!.values.shape).toEqual([5]);
    });
    router.dispose();
  });

  it('padding has no part in either loss', () => {
    const router = createRouter(blockFfnRouter, spec, options);
    tidy(() => {
      const mask = [1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0]; // the last chunks are padding
      const tokenMask = tensor1d(mask, 'float32');
      const routing = router.route(tokens(), context({ sequences, tokenMask }));
      const logits = routing.logits.arraySync();
      const masks = [mask.slice(0, 7), mask.slice(7)];
      const shares = openShares(logits);
      const [chunk, locality] = routing.losses.map(({ value }) => value.arraySync());
      expectNear(chunk, 0.5 * chunkReference(inSequences(shares), 3, masks), 1e-5);
      expectNear(locality, localityReference(inSequences(logits), 3, masks), 1e-5);
    });
    router.dispose();
  });

  it('without sequences there is no loss of sequences', () => {
    const router = createRouter(blockFfnRouter, spec, options);
    expect(tidy(() => router.route(tokens(), context()).losses.length)).toBe(0);
    router.dispose();
  });

  it('a token that opens no gate computes nothing, with finite gradients', () => {
    tidy(() => {
      const router = createRouter(blockFfnRouter, spec, options);
      router.variables()[0]!.assign(tensor2d(new Float32Array(40).fill(-1), [8, 5]) as Tensor);
      const x = tensor2d(new Float32Array(112).fill(0.5), [14, 8]);
      const { combineWeights } = router.route(x, context({ sequences }));
      expect(combineWeights.dataSync().every((w) => w === 0)).toBe(true);
      const of = grad((rows: Tensor) => {
        const { losses } = router.route(rows as Tensor2D, context({ sequences }));
        return losses[0]!.value.add(losses[1]!.value);
      });
      expect(of(x).dataSync().every(Number.isFinite)).toBe(true);
      router.dispose();
    });
  });

  it('sequences of one token have no neighbours, and chunks of one', () => {
    tidy(() => {
      const z = tensor2d([[1, -1], [2, 0.5]]); // prettier-ignore
      const single = { batch: 2, length: 1 };
      expect(localityLoss(z, single, 100).arraySync()).toBeCloseTo(0, 10);
      const p = tensor2d([[1, 0], [0.8, 0.2]]); // prettier-ignore
      expectNear(chunkLoss(p, single, 8).arraySync(), 0.5, 1e-4);
    });
  });

  it('a chunk longer than any sequence is the sequence, and no row is made for the rest', () => {
    tidy(() => {
      const p = tensor2d([[0.5, 0.5], [0.9, 0.1], [0.2, 0.8], [0, 1]]); // prettier-ignore
      const pairs = { batch: 2, length: 2 };
      const whole = chunkLoss(p, pairs, pairs.length).arraySync();
      for (const length of [3, Number.MAX_SAFE_INTEGER]) {
        expect(chunkLoss(p, pairs, length).arraySync()).toBe(whole);
      }
    });
  });

  it('the losses do not cross from one sequence to the next', () => {
    tidy(() => {
      const z = tensor2d([[3], [3], [-3], [-3]]);
      const together = localityLoss(z, { batch: 1, length: 4 }, 10).arraySync();
      const apart = localityLoss(z, { batch: 2, length: 2 }, 10).arraySync();
      expect(apart).toBeLessThan(1e-6);
      expect(together).toBeGreaterThan(1);
    });
  });

  it('both losses have the gradients of finite differences, to 1 %', () => {
    const values = normalArray(createRng(9), 14 * 5);
    const shares = Float32Array.from(values, (v) => 0.4 + 0.3 * Math.tanh(v));
    const losses = [
      [values, (z: Tensor2D) => localityLoss(z, sequences, 2)],
      [shares, (p: Tensor2D) => chunkLoss(p, sequences, 3)],
    ] as const;
    for (const [at, loss] of losses) {
      const value = (v: Float32Array) =>
        tidy(() => loss(tensor2d(v, [14, 5])).arraySync() as number);
      const slopes = tidy(() => grad((z) => loss(z as Tensor2D))(tensor2d(at, [14, 5])).dataSync());
      for (const i of [0, 17, 34, 69]) {
        const [up, down] = [1e-2, -1e-2].map((by) =>
          value(at.map((v, j) => v + (i === j ? by : 0))),
        );
        expectNear(slopes[i], (up! - down!) / 2e-2, 2e-4);
      }
    }
  });
});

it.each([
  [{ chunkLength: 0 }, /chunkLength = 0.*whole number of at least 1/],
  [{ steepness: 0 }, /steepness = 0.*a number above 0/],
  [{ epsilon: 0 }, /epsilon = 0.*a number above 0/],
  [{ localityCoefficient: -1 }, /localityCoefficient = -1.*at least 0/],
  [{ expertsPerToken: 6 }, /expertsPerToken = 6.*at most 5/],
])('%j is refused', (wrong, message) => {
  expect(() => createRouter(blockFfnRouter, spec, wrong)).toThrow(message);
});

it('no tensor is left behind', () => {
  const before = memory().numTensors;
  const router = createRouter(blockFfnRouter, spec);
  tidy(() => void router.route(tokens(), context({ sequences })));
  router.dispose();
  expect(memory().numTensors).toBe(before);
});

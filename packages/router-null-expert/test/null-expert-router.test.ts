import '@tensorflow/tfjs';

import { createRouter, decodeRoutingStats, encodeRoutingStats } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import {
  add,
  grad,
  memory,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { nullExpertRouter, routeLogits } from '../src/index.js';
import type { NullExpertInput } from '../src/index.js';
import { expectNear } from './near.js';
import { context, randomRows, routed, ruleOf, spec } from './rule.js';

beforeAll(() => useBackend('cpu'));

describe('ties', () => {
  it('a real expert wins a tie with null', () => {
    tidy(() => {
      const { dispatchMask } = routeLogits(tensor2d([[1, 0, 1, -1, 1]]), ruleOf(3, 3));
      expect(dispatchMask.arraySync()).toEqual([[1, 0, 1, 0]]);
    });
  });

  it('among real experts the lower index wins', () => {
    tidy(() => {
      const { dispatchMask } = routeLogits(tensor2d([[1, 1, 1, 1, 0]]), ruleOf(2, 2));
      expect(dispatchMask.arraySync()).toEqual([[1, 1, 0, 0]]);
    });
  });
});

describe('edges', () => {
  it('one expert: the whole weight or none', () => {
    tidy(() => {
      const { combineWeights } = routeLogits(
        tensor2d([
          [1, 0],
          [0, 1],
        ]),
        ruleOf(1, 1),
      );
      expect(combineWeights.arraySync()).toEqual([[1], [0]]);
    });
  });

  it('one token', () => {
    expect(routed({}, ({ dispatchMask }) => dispatchMask.shape, { tokens: 1 })).toEqual([1, 8]);
  });

  it.each(['real', 'none', 'all'] as const)(
    'all-null tokens have finite gradients (%s)',
    (gateNorm) => {
      tidy(() => {
        const task = (z: Tensor2D) =>
          sum(routeLogits(z, ruleOf(2, 2, { gateNorm })).combineWeights);
        const logits = tensor2d([
          [-200, -300, 500],
          [3, 1, 0],
        ]);
        const gradient = grad(task as never)(logits).arraySync() as number[][];
        expect(gradient[0]).toEqual([0, 0, 0]);
        expect(gradient.flat().every(Number.isFinite)).toBe(true);
        expect(
          routeLogits(logits, ruleOf(2, 2, { gateNorm })).combineWeights.arraySync()[0],
        ).toEqual([0, 0]);
      });
    },
  );

  it('a null logit that is not a number is refused, when the real ones are fine', () => {
    const route = () => tidy(() => void routeLogits(tensor2d([[0, 1, NaN]]), ruleOf(1, 1)));
    expect(route).toThrow(expect.objectContaining({ code: 'KERNELS_NON_FINITE' }));
  });

  it('without null slots there is no zero-compute part', () => {
    expect(routed({ density: 1 }, ({ zeroCompute }) => zeroCompute)).toBeUndefined();
  });
});

describe('copy experts', () => {
  it('weights of experts and copies sum to 1 by default', () => {
    const sums = routed({ kind: 'copy' }, ({ combineWeights, zeroCompute }) =>
      add(sum(combineWeights, 1), zeroCompute!.copyWeight!).arraySync(),
    );
    expectNear(sums, new Array(16).fill(1), 1e-6);
  });

  it('a copy weighs its slots times their probability with raw weights', () => {
    routed({ kind: 'copy', gateNorm: 'none' }, ({ zeroCompute }) => {
      const { mass, slots, copyWeight } = zeroCompute!;
      const [p, n] = [mass.arraySync(), slots.arraySync()];
      expectNear(
        copyWeight!.arraySync(),
        p.map((v, t) => (v * n[t]!) / 8),
        1e-6,
      );
    });
  });

  it('dilution is reported, and is 0 for null experts', () => {
    const dilution = (kind: string) =>
      routed(
        { kind },
        (routing) => decodeRoutingStats(encodeRoutingStats(routing).dataSync()).dilution,
      );
    expect(dilution('copy')).toBeGreaterThan(0.01);
    expect(dilution('zero')).toBe(0);
  });
});

it('padding takes no slot, no weight, and no part in the losses', () => {
  const tokenMask = tensor1d([1, 0, 1, 1, 0, 0]);
  const values = randomRows(5, 6, 6);
  const router = createRouter(nullExpertRouter, spec, { kind: 'copy' });
  tidy(() => {
    const padded = router.route(tensor2d(values), context({ tokenMask }));
    const alone = router.route(tensor2d([0, 2, 3].map((t) => values[t]!)), context());
    for (const t of [1, 4, 5]) {
      expect(padded.dispatchMask.arraySync()[t]).toEqual(new Array(8).fill(0));
      expect(padded.zeroCompute!.slots.arraySync()[t]).toBe(0);
      expect(padded.zeroCompute!.copyWeight!.arraySync()[t]).toBe(0);
    }
    const losses = [padded, alone].map((r) => r.losses.map(({ value }) => value.arraySync()));
    expectNear(losses[0], losses[1], 1e-6);
  });
  router.dispose();
  tokenMask.dispose();
});

describe('reproducibility and memory', () => {
  it('the same seed gives the same bytes, another seed does not', () => {
    const gate = (seed: number) => {
      const router = createRouter(nullExpertRouter, { ...spec, seed });
      const bytes = Array.from(router.variables()[0]!.dataSync());
      router.dispose();
      return bytes;
    };
    expect(gate(7)).toEqual(gate(7));
    expect(gate(7)).not.toEqual(gate(8));
  });

  it.each<NullExpertInput>([
    {},
    { kind: 'copy' },
    { gateNorm: 'none' },
    { density: 1 },
    { balanceScope: 'window' },
  ])('no tensor is left behind: %j', (options) => {
    const before = memory().numTensors;
    const router = createRouter(nullExpertRouter, spec, options);
    const loss = () => {
      const x = tensor2d(randomRows(5, 16, 6));
      const routing = router.route(x, context({ training: true }));
      const losses = routing.losses.map(({ value }) => value);
      return losses.reduce((a, b) => add<Scalar>(a, b), sum<Scalar>(routing.combineWeights));
    };
    const weights = router.variables().filter((v) => v.trainable);
    const { value, grads } = variableGrads(loss, weights);
    value.dispose();
    Object.values(grads).forEach((gradient) => gradient.dispose());
    router.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

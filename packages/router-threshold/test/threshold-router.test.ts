import '@tensorflow/tfjs';

import type { RouteContext } from '@moekit/core';
import {
  assertPlugin,
  createRng,
  createRouter,
  expertCapacity,
  isMoekitError,
  normalArray,
} from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import {
  memory,
  mul,
  setBackend,
  sum,
  tensor1d,
  tensor2d,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import defaultExport, { routeLogits, thresholdRouter } from '../src/index.js';
import { context } from './layer.js';
import { expectNear } from './near.js';

const spec = { modelWidth: 6, numExperts: 4, seed: 3 };
const input = (tokens: number, seed = 5): Tensor2D =>
  tensor2d(normalArray(createRng(seed), tokens * 6, 1), [tokens, 6]);

beforeAll(() => setBackend(process.env['MOEKIT_TEST_BACKEND'] ?? 'cpu'));

describe('options', () => {
  const wrong: [unknown, RegExp][] = [
    [{ threshold: 1.5 }, /threshold = 1\.5.*expected a number from 0 to 1/],
    [{ threshold: NaN }, /threshold = NaN.*expected a number from 0 to 1/],
    [{ threshold: 'high' }, /threshold = "high".*expected a number from 0 to 1/],
    [{ capacityFactor: 0 }, /capacityFactor = 0.*expected a number above 0/],
    [{ evalCapacityFactor: -1 }, /evalCapacityFactor = -1.*expected a number above 0/],
    [{ capacityFactor: 'none' }, /capacityFactor = "none".*above 0, or null for no capacity/],
    [{ within: 0 }, /within = 0.*expected a whole number of at least 1/],
    [{ within: 5 }, /layer of 4 experts.*within = 5.*expected at most 4/],
    [{ normalise: 1 }, /normalise = 1.*expected true or false/],
    [{ minCapacity: 2.5 }, /minCapacity = 2\.5.*expected a whole number of at least 1/],
    [{ minCapacity: 0 }, /minCapacity = 0.*expected a whole number of at least 1/],
    [{ balanceCoefficient: -0.1 }, /balanceCoefficient = -0\.1.*expected a number of at least 0/],
    [{ treshold: 0.5 }, /treshold = 0\.5.*unknown option treshold; expected threshold, within/],
  ];
  it.each(wrong)('%j is refused by name, value and accepted range', (options, message) => {
    const create = () => createRouter(thresholdRouter, spec, options);
    expect(create).toThrow(message);
    expect(catchError(create)).toMatchObject({ code: 'MOE_OPTIONS' });
  });

  it('every option has a default', () => {
    const router = createRouter(thresholdRouter, spec);
    expect(router.expertsPerToken).toBe(4);
    router.dispose();
  });

  it('the default export is the plug-in', () => {
    expect(assertPlugin(defaultExport)).toBe(thresholdRouter);
  });
});

it('a balance coefficient of 0 leaves the loss out', () => {
  const router = createRouter(thresholdRouter, spec, { balanceCoefficient: 0 });
  expect(tidy(() => router.route(input(4), context()).losses.length)).toBe(0);
  router.dispose();
});

describe('expected experts per token: what capacity lets through', () => {
  it.each([
    [{ capacityFactor: 2 }, 2],
    [{ capacityFactor: 9 }, 4],
    [{ capacityFactor: 0.5 }, 0.5],
    [{ capacityFactor: 4, threshold: 0 }, 1],
    [{ within: 3 }, 3],
    [{ within: 3, capacityFactor: null }, 3],
    [{ within: 3, capacityFactor: 2 }, 2],
    [{ capacityFactor: null }, null],
    [{ capacityFactor: null, threshold: 0 }, 1],
  ])('%j', (options, expected) => {
    const router = createRouter(thresholdRouter, spec, options);
    expect(router.expertsPerToken).toBe(expected);
    router.dispose();
  });
});

describe('capacity', () => {
  it.each([
    // S, N, gamma, minimum, C
    [16384, 64, 8, 4, 2048],
    [6, 3, 2, 1, 4],
    [7, 3, 1, 1, 3],
    [5, 8, 1, 4, 4],
    [3, 8, 1, 4, 3],
    [4, 4, 9, 1, 4],
    [100, 10, 1.1, 1, 11],
    [0, 4, 2, 4, 0],
  ])('S=%d N=%d gamma=%d min=%d -> %d', (S, N, capacityFactor, minCapacity, C) => {
    expect(expertCapacity(S, N, { capacityFactor, minCapacity })).toBe(C);
  });

  const options = { threshold: 1, capacityFactor: 1, evalCapacityFactor: 2, minCapacity: 1 };
  const pairs = (over: Partial<RouteContext>, more = {}) => {
    const router = createRouter(thresholdRouter, spec, { ...options, ...more });
    const total = tidy(() => sum(router.route(input(8), context(over)).dispatchMask).arraySync());
    router.dispose();
    return total;
  };

  it('training and evaluation have their own factor', () => {
    expect(pairs({ training: true })).toBe(8);
    expect(pairs({ training: false })).toBe(16);
  });

  it('evaluation drops nothing by default, and neither does training without a factor', () => {
    expect(pairs({ training: false }, { evalCapacityFactor: undefined })).toBe(32);
    expect(pairs({ training: true }, { capacityFactor: null })).toBe(32);
  });

  it('drop-free computes every pair, in training too', () => {
    expect(pairs({ dropFree: true })).toBe(32);
    expect(pairs({ dropFree: true, training: true })).toBe(32);
  });

  it('wanted pairs are reported only where some can be dropped', () => {
    const router = createRouter(thresholdRouter, spec, options);
    tidy(() => {
      const limited = router.route(input(8), context());
      expect(sum(limited.selectionMask!).arraySync()).toBe(32);
      expect(router.route(input(8), context({ dropFree: true })).selectionMask).toBeUndefined();
    });
    router.dispose();
  });
});

describe('edges', () => {
  const rule = { threshold: 0.6, balanceCoefficient: 0 };

  it('ties go to the lower expert index', () => {
    tidy(() => {
      const { dispatchMask } = routeLogits(tensor2d([[1, 1, 1, 1]]), rule);
      expect(dispatchMask.arraySync()).toEqual([[1, 1, 1, 0]]);
    });
  });

  it('equal priorities go to the lower token index', () => {
    tidy(() => {
      const logits = tensor2d([
        [2, 0],
        [2, 0],
        [2, 0],
      ]);
      const { dispatchMask } = routeLogits(logits, { ...rule, capacity: 2 });
      expect(dispatchMask.arraySync()).toEqual([
        [1, 0],
        [1, 0],
        [0, 0],
      ]);
    });
  });

  it('a saturated token takes one expert even at threshold 1', () => {
    tidy(() => {
      const { dispatchMask, combineWeights } = routeLogits(tensor2d([[0, 60, 0]]), {
        ...rule,
        threshold: 1,
      });
      expect(dispatchMask.arraySync()).toEqual([[0, 1, 0]]);
      expect(combineWeights.arraySync()).toEqual([[0, 1, 0]]);
    });
  });

  it('one token is served by every expert it wants', () => {
    const router = createRouter(thresholdRouter, spec, { threshold: 1, evalCapacityFactor: 0.1 });
    expect(tidy(() => sum(router.route(input(1), context()).dispatchMask).arraySync())).toBe(4);
    router.dispose();
  });

  it('logits that are not finite are refused with a code', () => {
    const route = () => tidy(() => void routeLogits(tensor2d([[0, NaN]]), rule));
    expect(catchError(route)).toMatchObject({ code: 'KERNELS_NON_FINITE' });
  });
});

describe('padding', () => {
  const real = [0, 2, 3, 6];
  const tokenMask = () => tensor1d([1, 0, 1, 1, 0, 0, 1, 0]);

  it('changes nothing for the tokens that take part', () => {
    const router = createRouter(thresholdRouter, spec, {
      capacityFactor: 1,
      evalCapacityFactor: 1,
      minCapacity: 1,
    });
    tidy(() => {
      const values = input(8).arraySync();
      const padded = router.route(tensor2d(values), context({ tokenMask: tokenMask() }));
      const alone = router.route(tensor2d(real.map((t) => values[t]!)), context());
      const weights = padded.combineWeights.arraySync();
      expectNear(
        real.map((t) => weights[t]),
        alone.combineWeights.arraySync(),
        1e-6,
      );
      const [a, b] = [padded, alone].map(({ losses }) => losses[0]!.value.arraySync());
      expectNear(a, b, 1e-6);
    });
    router.dispose();
  });

  it('is neither wanted nor dispatched nor weighted', () => {
    const router = createRouter(thresholdRouter, spec, {
      capacityFactor: 1,
      evalCapacityFactor: 1,
      minCapacity: 1,
    });
    tidy(() => {
      const routing = router.route(input(8), context({ tokenMask: tokenMask() }));
      for (const member of ['dispatchMask', 'selectionMask', 'combineWeights'] as const) {
        const rows = routing[member]!.arraySync();
        for (const t of [1, 4, 5, 7]) expect(rows[t]).toEqual([0, 0, 0, 0]);
      }
    });
    router.dispose();
  });

  it('a batch of padding alone routes nothing and loses nothing', () => {
    const router = createRouter(thresholdRouter, spec);
    tidy(() => {
      const routing = router.route(input(3), context({ tokenMask: tensor1d([0, 0, 0]) }));
      expect(sum(routing.dispatchMask).arraySync()).toBe(0);
      expect(routing.losses[0]!.value.arraySync()).toBe(0);
    });
    router.dispose();
  });
});

describe('reproducibility and memory', () => {
  it('the same seed gives the same bytes, another seed does not', () => {
    const gate = (seed: number) => {
      const router = createRouter(thresholdRouter, { ...spec, seed });
      const bytes = Array.from(router.variables()[0]!.dataSync());
      router.dispose();
      return bytes;
    };
    expect(gate(7)).toEqual(gate(7));
    expect(gate(7)).not.toEqual(gate(8));
  });

  it('the gate starts within 1/sqrt(D) and has no bias', () => {
    const router = createRouter(thresholdRouter, { modelWidth: 64, numExperts: 16, seed: 1 });
    const [gate, ...others] = router.variables();
    expect(others).toEqual([]);
    expect(gate!.shape).toEqual([64, 16]);
    const largest = Math.max(...gate!.dataSync().map(Math.abs));
    expect(largest).toBeLessThanOrEqual(1 / 8);
    expect(largest).toBeGreaterThan(0.9 / 8);
    expect(router.flopsPerToken()).toBe(2 * 64 * 16);
    router.dispose();
  });

  it('no tensor is left behind', () => {
    const before = memory().numTensors;
    const router = createRouter(thresholdRouter, spec, { capacityFactor: 1 });
    tidy(() => {
      const x = input(32);
      const tokenMask = tensor1d(Array.from({ length: 32 }, (_, t) => t % 2));
      const inside = memory().numTensors;
      const routing = router.route(x, context({ tokenMask, training: true }));
      // logits, probs, weights, kept, wanted and one loss
      expect(memory().numTensors - inside).toBe(6);
      expect(routing.maxPairs).toBe(4 * 4); // room for 16 / 4 rows in each of 4 experts
    });
    const loss = () => sum(mul(router.route(input(8), context()).combineWeights, 2));
    const { value, grads } = variableGrads(loss as never, [...router.variables()]);
    value.dispose();
    Object.values(grads).forEach((grad) => grad.dispose());
    router.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

function catchError(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    expect(isMoekitError(error)).toBe(true);
    return error;
  }
  return undefined;
}

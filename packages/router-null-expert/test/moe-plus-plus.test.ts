import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import type { RouteContext, Router } from '@moekit/core';
import { FeedForwardExperts, MoELayer, createRouter } from '@moekit/core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import {
  memory,
  mul,
  setBackend,
  sum as total,
  tensor2d,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import type { MoEPlusPlusInput } from '../src/index.js';
import { moePlusPlusRouter } from '../src/index.js';
import { expectNear } from './near.js';
import type { Matrix } from './reference.js';
import { context, randomRows } from './rule.js';
import { constantReference, moePlusPlusReference } from './slots-reference.js';

const spec = { modelWidth: 6, numExperts: 5, seed: 3 };
const layout = { experts: 5, zero: 1, copy: 1, constant: 2 };
const free = { capacityFactor: null } as const;
const sum = (row: readonly number[]) => row.reduce((all, v) => all + v, 0);
const times = (x: Matrix, w: Matrix) =>
  x.map((row) => w[0]!.map((_, s) => sum(row.map((v, d) => v * w[d]![s]!))));
const read = (router: Router, index: number) => router.variables()[index]!.arraySync() as Matrix;

function withRouter(options: MoEPlusPlusInput, run: (router: Router) => void): void {
  const router = createRouter(moePlusPlusRouter, spec, options);
  tidy(() => run(router));
  router.dispose();
}

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it.each([[{ k: 2, tau: 0.75, normalise: false }], [{ k: 3, tau: 0.25, normalise: true }]])(
    '%j: weights and loss are those of the plain loops',
    (options) => {
      withRouter({ ...options, ...free }, (router) => {
        const x = randomRows(5, 50, 6, 2);
        const want = moePlusPlusReference(times(x, read(router, 0)), layout, options);
        const routing = router.route(tensor2d(x), context());
        expectNear(routing.combineWeights.arraySync(), want.weights.map((w) => w.slice(0, 5)), 1e-5); // prettier-ignore
        expectNear(routing.losses[0]!.value.arraySync(), want.loss, 1e-5);
        const slots = want.chosen.map((of) => of.filter((s) => s >= 5).length);
        expect(routing.zeroCompute!.slots.arraySync()).toEqual(slots);
      });
    },
  );

  it('the layer adds copies, and constants a_1 x + a_2 v, by their weights', () => {
    withRouter({ k: 4, ...free }, (router) => {
      const experts = new FeedForwardExperts({ ...spec, expertWidth: 3 });
      for (const v of experts.variables()) v.assign(mul(v, 0) as Tensor);
      const layer = new MoELayer({ router, experts });
      const x = randomRows(6, 30, 6);
      const { weights } = moePlusPlusReference(times(x, read(router, 0)), layout, { k: 4, tau: 0.75, normalise: false }); // prettier-ignore
      const scores = times(x, read(router, 2)); // first entries of both experts, then second ones
      const vectors = read(router, 3);
      const want = x.map((row, t) => {
        const [copy, ...constants] = weights[t]!.slice(6);
        const mixed = constants.map((w, c) =>
          constantReference(row, [scores[t]![c]!, scores[t]![2 + c]!], vectors[c]!).map(
            (v) => w * v,
          ),
        );
        return row.map((v, d) => copy! * v + sum(mixed.map((m) => m[d]!)));
      });
      const { output } = layer.call(tensor2d(x), context());
      expectNear(output.arraySync(), want, 1e-5);
      experts.dispose();
    });
  });

  it('vectors and shares of constant experts have the gradients of finite differences', () => {
    withRouter({ k: 4, ...free }, (router) => {
      const x = tensor2d(randomRows(6, 12, 6));
      const probe = tensor2d(randomRows(7, 12, 6));
      const loss = () => {
        const { constant, copyWeight } = router.route(x, context({ training: true })).zeroCompute!;
        return total(mul(constant!, probe)).add(total(copyWeight!).mul(0.3)) as Scalar;
      };
      for (const index of [2, 3]) {
        const variable = router.variables()[index]!;
        const slope = variableGrads(loss, [variable]).grads[variable.name]!.dataSync();
        const start = variable.dataSync().slice();
        for (const i of [0, 5, 9]) {
          const [up, down] = [0.01, -0.01].map((by) => {
            const there = start.map((v, j) => v + (i === j ? by : 0));
            variable.assign(tensor2d(there, variable.shape as [number, number]) as Tensor);
            return loss().dataSync()[0]!;
          });
          variable.assign(tensor2d(start, variable.shape as [number, number]) as Tensor);
          expectNear(slope[i], (up! - down!) / 0.02, 2e-3);
        }
      }
    });
  });
});

describe('the gating residual', () => {
  const previous = () => tensor2d(randomRows(9, 20, 5));
  const logits = (options: MoEPlusPlusInput, over: Partial<RouteContext> = {}) => {
    const box: { out?: number[][]; extra?: Matrix } = {};
    withRouter({ ...free, ...options }, (router) => {
      box.out = router.route(tensor2d(randomRows(5, 20, 6)), context(over)).logits.arraySync();
      if (options.gatingResidual !== false)
        box.extra = times(randomRows(9, 20, 5), read(router, 1));
    });
    return box;
  };

  it('adds a map of the logits of the layer before', () => {
    const { out, extra } = logits({}, { previousLogits: previous() as Tensor2D });
    const alone = logits({}).out!;
    expectNear(out, alone.map((row, t) => row.map((z, e) => z + extra![t]![e]!)), 1e-5); // prettier-ignore
  });

  it('is absent in a first layer, and where it is switched off', () => {
    const off = logits({ gatingResidual: false }, { previousLogits: previous() as Tensor2D });
    expect(off.out).toEqual(logits({}).out);
  });
});

describe('room', () => {
  const crowd = () => tensor2d(Array.from({ length: 40 }, () => randomRows(5, 1, 6)[0]!));

  it('gives real experts tau of what the others have', () => {
    withRouter({ k: 2, tau: 0.5, capacityFactor: 1, minCapacity: 1 }, (router) => {
      const { capacity, dispatchMask, selectionMask, maxPairs } = router.route(crowd(), context({ training: true })); // prettier-ignore
      // gamma k tau T / (tau N + Z) = 80 * 0.5 / (2.5 + 4), and twice that elsewhere
      expect(capacity).toBe(7);
      expect(maxPairs).toBe(35);
      const wanted = sum(selectionMask!.arraySync().map(sum));
      const kept = sum(dispatchMask.arraySync().map(sum));
      expect([0, 40, 80]).toContain(wanted); // equal tokens choose alike
      expect(kept).toBe((wanted / 40) * 7);
    });
  });

  it('zero-compute slots that are full give nothing', () => {
    withRouter({ k: 9, tau: 0.5, capacityFactor: 0.25, minCapacity: 1 }, (router) => {
      const { zeroCompute } = router.route(crowd(), context({ training: true }));
      const slots = zeroCompute!.slots.arraySync(); // 0.25 * 9 * 40 / 6.5, rounded up
      expect(slots.filter((n) => n === 4)).toHaveLength(14);
      expect(slots.filter((n) => n === 0)).toHaveLength(26);
      expect(zeroCompute!.copyWeight!.arraySync().filter((w) => w > 0)).toHaveLength(14);
    });
  });

  it('is unlimited in evaluation, as in the released code, and under dropFree', () => {
    withRouter({}, (router) => {
      for (const over of [{ training: false }, { training: true, dropFree: true }]) {
        expect(router.route(crowd(), context(over)).capacity).toBeUndefined();
      }
    });
  });
});

it.each([
  [{ k: 10 }, /k = 10 for 9 slots.*from 1 to 9/],
  [{ tau: 0 }, /tau = 0.*above 0/],
  [{ copyExperts: -1 }, /copyExperts = -1.*at least 0/],
  [{ capacityFactor: 0 }, /capacityFactor = 0.*above 0, or null/],
])('%j is refused', (options, message) => {
  expect(() => createRouter(moePlusPlusRouter, spec, options as never)).toThrow(message);
});

it('without zero-compute slots it is top-k, with no room of theirs', () => {
  const none = { zeroExperts: 0, copyExperts: 0, constantExperts: 0 };
  withRouter({ ...none, ...free }, (router) => {
    const routing = router.route(tensor2d(randomRows(5, 7, 6)), context());
    expect(routing.zeroCompute).toBeUndefined();
    expect(routing.dispatchMask.arraySync().map(sum)).toEqual(new Array(7).fill(2));
    expect(router.expertsPerToken).toBe(2);
  });
});

it('one expert, one token; no tensor is left behind', () => {
  const before = memory().numTensors;
  const router = createRouter(moePlusPlusRouter, { ...spec, numExperts: 1 });
  tidy(() => {
    const { combineWeights } = router.route(
      tensor2d(randomRows(1, 1, 6)),
      context({ training: true }),
    );
    expect(combineWeights.shape).toEqual([1, 1]);
  });
  router.dispose();
  expect(memory().numTensors).toBe(before);
});

import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { createRouter } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { memory, setBackend, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { adaMoERouter } from '../src/index.js';
import { expectNear } from './near.js';
import { context, randomRows } from './rule.js';
import { adaMoEReference } from './slots-reference.js';

const spec = { modelWidth: 6, numExperts: 5, seed: 3 };
const sum = (row: readonly number[]) => row.reduce((total, v) => total + v, 0);

/** Tokens and the logits that the router's own gate gives them, in plain numbers. */
function problem(gate: number[][], tokens: number) {
  const x = randomRows(5, tokens, 6, 3);
  const logits = x.map((row) => gate[0]!.map((_, s) => sum(row.map((v, d) => v * gate[d]![s]!))));
  return { x, logits };
}

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])('on %s', (backend) => {
  beforeAll(() => setBackend(backend));

  it.each([
    ['zero', 4, 5],
    ['zero', 2, 7],
    ['copy', 3, 3],
  ] as const)('kind %s, k = %i, m = %i: as the plain loops', (kind, k, nullExperts) => {
    const router = createRouter(adaMoERouter, spec, { k, nullExperts, kind });
    tidy(() => {
      const { x, logits } = problem(router.variables()[0]!.arraySync() as number[][], 40);
      const want = adaMoEReference(logits, k, nullExperts);
      const { combineWeights, zeroCompute, losses } = router.route(tensor2d(x), context());
      expectNear(combineWeights.arraySync(), want.weights, 1e-5);
      expect(zeroCompute!.slots.arraySync()).toEqual(want.nullSlots);
      expect(losses[0]!.atBalance).toBe(k);
      expectNear(losses[0]!.value.arraySync(), want.loss, 1e-5);
      if (kind === 'copy') expectNear(zeroCompute!.copyWeight!.arraySync(), want.copied, 1e-5);
      else expect(zeroCompute!.copyWeight).toBeUndefined();
    });
    router.dispose();
  });

  it('weights sum to 1, and to 0 for a token of null experts alone', () => {
    const router = createRouter(adaMoERouter, spec, { k: 1, nullExperts: 2 });
    tidy(() => {
      const { combineWeights, zeroCompute } = router.route(
        tensor2d(randomRows(5, 60, 6)),
        context(),
      );
      const slots = zeroCompute!.slots.arraySync();
      expect(new Set(slots)).toEqual(new Set([0, 1]));
      combineWeights.arraySync().forEach((row, t) => expectNear(sum(row), 1 - slots[t]!, 1e-6));
    });
    router.dispose();
  });

  it('padding takes no slot and has no part in the loss', () => {
    const router = createRouter(adaMoERouter, spec);
    tidy(() => {
      const x = randomRows(5, 6, 6);
      const tokenMask = tensor1d([1, 1, 0, 1, 0, 0], 'float32');
      const padded = router.route(tensor2d(x), context({ tokenMask }));
      const alone = router.route(tensor2d([x[0]!, x[1]!, x[3]!]) as Tensor2D, context());
      const [a, b] = [padded, alone].map(({ losses }) => losses[0]!.value.arraySync());
      expectNear(a, b, 1e-6);
      expect(padded.zeroCompute!.slots.arraySync()[4]).toBe(0);
    });
    router.dispose();
  });
});

it('a scope of a window remembers the slots of earlier steps, null ones by their sum', () => {
  const router = createRouter(adaMoERouter, spec, { balanceScope: 'window', balanceWindow: 4 });
  const loss = (training: boolean) =>
    tidy(() => {
      const { losses, statistics } = router.route(
        tensor2d(randomRows(5, 30, 6)),
        context({ training }),
      );
      expect(Object.values(statistics ?? {}).map(({ values }) => values.shape)).toEqual(
        training ? [[6]] : [],
      );
      return losses[0]!.value.arraySync();
    });
  const before = loss(true);
  router.afterStep!({} as never, { balance: [120, 0, 0, 0, 0, 0] });
  expect(loss(true)).not.toBe(before);
  expectNear(loss(false), before, 1e-6);
  router.dispose();
});

it.each([
  [{ k: 11 }, /k = 11 with 5 null experts.*from 1 to 10/],
  [{ nullExperts: 0 }, /nullExperts = 0.*at least 1/],
  [{ kind: 'constant' }, /kind = "constant".*'zero', 'copy'/],
  [{ balanceCoefficient: -1 }, /balanceCoefficient = -1.*at least 0/],
])('%j is refused', (options, message) => {
  expect(() => createRouter(adaMoERouter, spec, options as never)).toThrow(message);
});

it('aims at k n / (n + m), and leaves no tensor behind', () => {
  const before = memory().numTensors;
  const router = createRouter(adaMoERouter, spec, { k: 3, nullExperts: 10 });
  expect(router.expertsPerToken).toBe(1);
  tidy(() => void router.route(tensor2d(randomRows(1, 3, 6)), context()));
  router.dispose();
  expect(memory().numTensors).toBe(before);
});

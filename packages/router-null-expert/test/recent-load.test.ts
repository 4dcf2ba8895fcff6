import '@tensorflow/tfjs';

import type { RoutingStats } from '@moekit/core';
import { createRouter } from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';

import { nullExpertRouter, routeLogits } from '../src/index.js';
import { RecentLoad } from '../src/recent-load.js';
import { expectNear } from './near.js';
import { balanceReference, countsOf, routeReference } from './reference.js';
import { context, randomRows, ruleOf, spec } from './rule.js';

const stats = (tokensPerExpert: number[], nullSlots: number) =>
  ({ tokensPerExpert, nullSlots }) as unknown as RoutingStats;
const lopsided = stats([40, 0, 0, 0, 0, 0, 0, 0], 24);

beforeAll(() => useBackend('cpu'));

/** The balancing loss of one batch after some steps. */
function balanceAfter(steps: RoutingStats[], options: object = {}, training = true): number {
  const all = { balanceScope: 'global' as const, balanceWindow: 4, ...options };
  const router = createRouter(nullExpertRouter, spec, all);
  steps.forEach((step) => router.afterStep!(step, {}));
  const value = tidy(() => {
    const routing = router.route(tensor2d(randomRows(5, 16, 6)), context({ training }));
    return routing.losses[0]!.value;
  });
  const read = value.arraySync();
  value.dispose();
  router.dispose();
  return read;
}

/** Reads the counts and disposes them. */
function drain(load: RecentLoad): number[] {
  const counts = load.counts();
  const read = counts.arraySync();
  counts.dispose();
  load.dispose();
  return read;
}

it('counts decay by 1 - 1/W at every step', () => {
  const load = new RecentLoad(3, 4);
  load.add(stats([8, 0], 4));
  load.add(stats([0, 4], 0));
  expect(drain(load)).toEqual([4.5, 3, 2.25]);
});

it('steady counts weigh W steps, the current one included', () => {
  const load = new RecentLoad(1, 16);
  for (let step = 0; step < 400; step++) load.add(stats([10], 0));
  expectNear(drain(load)[0]! + 10, 160, 1e-5);
});

it('without null slots there is no null count', () => {
  const load = new RecentLoad(2, 2);
  load.add(stats([4, 2], 0));
  expect(drain(load)).toEqual([2, 1]);
});

it.each(['assignment', 'token'] as const)(
  'earlier counts join those of the batch before they become fractions (%s)',
  (fraction) => {
    const logits = randomRows(3, 8, 5);
    const reference = routeReference(logits, { kMax: 2, nullCopies: 4 });
    const earlier = [3, 0.5, 0, 7, 6];
    const literal = countsOf(reference).map((n, s) => n + (s < 4 ? earlier[s]! : earlier[4]! / 4));
    const assignments = literal.reduce((a, b) => a + b);
    const tokens = assignments / 2;
    const fractions = literal.map((n) => n / (fraction === 'token' ? tokens : assignments));
    const value = tidy(() => {
      const rule = ruleOf(2, 4, { fraction, earlierLoad: tensor1d(earlier) });
      return routeLogits(tensor2d(logits), rule).losses[0]!.value;
    });
    const got = value.arraySync();
    expectNear(got, balanceReference(reference, fractions).value, 1e-5);
  },
);

it("balanceScope 'global' starts as the batch alone, then moves away from it", () => {
  const batch = balanceAfter([], { balanceScope: 'batch' });
  expect(balanceAfter([])).toBe(batch);
  expect(Math.abs(balanceAfter([lopsided]) - batch)).toBeGreaterThan(1e-3);
});

it('a window of 1, and the scope of a batch, keep nothing', () => {
  const batch = balanceAfter([]);
  expect(balanceAfter([lopsided], { balanceWindow: 1 })).toBe(batch);
  expect(balanceAfter([lopsided], { balanceScope: 'batch' })).toBe(batch);
});

it('evaluation sees its own batch alone', () => {
  expect(balanceAfter([lopsided], {}, false)).toBe(balanceAfter([], {}, false));
});

it('the counts are state: saved with the weights, left alone by optimisers', () => {
  const router = createRouter(nullExpertRouter, spec, { balanceScope: 'global' });
  router.afterStep!(lopsided, {});
  const state = router.variables().at(-1)!;
  expect(state.trainable).toBe(false);
  expectNear(Array.from(state.dataSync()), [37.5, 0, 0, 0, 0, 0, 0, 0, 22.5], 1e-5);
  router.dispose();
});

it('routers do not share their counts', () => {
  const before = balanceAfter([]);
  balanceAfter([lopsided]);
  expect(balanceAfter([])).toBe(before);
});

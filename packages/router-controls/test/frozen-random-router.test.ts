import '@tensorflow/tfjs';
import type { Router } from '@moekit/core';
import { createRng, createRouter, normalArray, routeWith } from '@moekit/core';
import type { Scalar } from '@tensorflow/tfjs';
import { sum, tensor1d, tensor2d, tidy, train } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';

import { frozenRandomRouter } from '../src/index.js';
import { chosen, largest, products, softmaxOver, spec, tokens } from './routed.js';

const context = { training: true, rng: createRng(1) };

/** The statistics of a pass as afterStep sees them, as far as this router reads them. */
const statsOf = (tokensPerExpert: readonly number[]) =>
  ({ tokensPerExpert }) as unknown as Parameters<NonNullable<Router['afterStep']>>[0];

describe('frozen-random', () => {
  it('takes the top k of logits and bias, and weighs them without the bias', () => {
    const router = createRouter(frozenRandomRouter, spec, { k: 2 });
    const [gate, bias] = router.variables();
    bias!.assign(tensor1d([2, -1, 0.5, 0, -3, 1]) as never);
    const x = tokens(9);
    const { dispatchMask, combineWeights } = routeWith(router, x, context);
    const offsets = [2, -1, 0.5, 0, -3, 1];
    products(x, [...gate!.dataSync()]).forEach((z, t) => {
      const top = largest(
        z.map((value, e) => value + offsets[e]!),
        2,
      );
      expect(chosen(dispatchMask.arraySync()[t]!)).toEqual(top.toSorted());
      const weights = combineWeights.arraySync()[t]!;
      softmaxOver(z, top).forEach((w, e) => expect(weights[e]).toBeCloseTo(w, 6));
    });
  });

  it('learns nothing from a loss that its weights take part in', () => {
    const router = createRouter(frozenRandomRouter, spec);
    const before = [...router.variables()[0]!.dataSync()];
    expect(router.variables().every(({ trainable }) => !trainable)).toBe(true);
    const target = tensor2d(normalArray(createRng(2), 36), [6, 6]).variable();
    train.sgd(1).minimize(() =>
      tidy(() => {
        const { combineWeights } = routeWith(router, tokens(6), context);
        return sum(target.mul(combineWeights)) as Scalar;
      }),
    );
    expect([...router.variables()[0]!.dataSync()]).toEqual(before);
    expect([...target.dataSync()]).not.toEqual(Array.from(normalArray(createRng(2), 36)));
  });

  it('moves the bias by its rate towards the experts that got less than the mean', () => {
    const router = createRouter(frozenRandomRouter, spec, { biasRate: 0.25 });
    router.afterStep!(statsOf([5, 1, 3, 3, 0, 6]), {}); // mean 3
    expect([...router.variables()[1]!.dataSync()]).toEqual([-0.25, 0.25, 0, 0, 0.25, -0.25]);
  });

  it('comes into balance', () => {
    const router = createRouter(frozenRandomRouter, spec, { biasRate: 0.05 });
    const x = tokens(600).add(1) as ReturnType<typeof tokens>; // off centre, so that the gate is lopsided
    const loads = () =>
      tidy(() => [...sum(routeWith(router, x, context).dispatchMask, 0).dataSync()]);
    const violation = (counts: readonly number[]) => Math.max(...counts) / 200 - 1;
    const first = violation(loads());
    for (let step = 0; step < 60; step++) router.afterStep!(statsOf(loads()), {});
    expect(first).toBeGreaterThan(0.5);
    expect(violation(loads())).toBeLessThan(0.15);
  });

  it("balance 'quantile' is there in eight steps, where the sign bias needs sixty", () => {
    const router = createRouter(frozenRandomRouter, spec, { balance: 'quantile' });
    const x = tokens(600).add(1) as ReturnType<typeof tokens>;
    const pass = () => routeWith(router, x, context);
    const loads = () => [...sum(pass().dispatchMask, 0).dataSync()];
    const before = loads();
    for (let step = 0; step < 8; step++) {
      const cuts = [...pass().statistics!.cuts!.values.dataSync()];
      router.afterStep!({ ...statsOf(before), tokens: 600 }, { cuts });
    }
    expect(Math.max(...before) / 200 - 1).toBeGreaterThan(0.5);
    expect(Math.max(...loads()) / 200 - 1).toBeLessThan(0.1);
  });

  it("balance 'none' leaves it as it fell: no state moves", () => {
    expect(createRouter(frozenRandomRouter, spec, { balance: 'none' }).afterStep).toBeUndefined();
  });
});

import type { Tensor2D } from '@tensorflow/tfjs-core';
import { grad, mul, sum, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import type { TopKOptions } from '../src/top-k-options.js';
import { routeTopK, topKRouter } from '../src/top-k-router.js';
import golden from './goldens/switch-top1-capacity.json' with { type: 'json' };
import { balance, ranked, softmax, zLoss } from './reference/basics.js';
import {
  defaultsOf,
  describeOnBackends,
  evaluation,
  expectClose,
  matrix,
  numericGradient,
  padding,
  randomLogits,
  training,
} from './support.js';

const options: TopKOptions = { ...defaultsOf(topKRouter), minCapacity: 1 };

/** The k most likely experts with their probabilities, in plain numbers. */
function reference(logits: number[][], k: number, normalise: boolean): number[][] {
  return logits.map((z) => {
    const top = ranked(z).slice(0, k);
    const p = softmax(z);
    const whole = normalise ? top.reduce((total, e) => total + p[e]!, 0) : 1;
    return p.map((value, e) => (top.includes(e) ? value / whole : 0));
  });
}

describeOnBackends('topk', () => {
  it.each([
    [1, true],
    [2, true],
    [2, false],
    [5, false],
  ])(
    'agrees with the float64 reference, values and gradients: k = %i, normalise = %s',
    (k, normalise) =>
      tidy(() => {
        const logits = randomLogits(16, 5, 9);
        const upstream = randomLogits(16, 5, 10);
        const settings = { ...options, k, normalise };
        const routing = routeTopK(matrix(logits), settings, training());
        expectClose(routing.combineWeights, reference(logits, k, normalise));
        const task = (z: Tensor2D) =>
          sum(mul(routeTopK(z, settings, training()).combineWeights, matrix(upstream)));
        const numbers = (z: number[][]) =>
          reference(z, k, normalise)
            .flat()
            .reduce((total, w, i) => total + w * upstream.flat()[i]!, 0);
        const close = { relative: 1e-4, absolute: 1e-6 };
        expectClose(grad(task as never)(matrix(logits)), numericGradient(numbers, logits), close);
      }),
  );

  it('equals the softmax when k = E, normalised or not', () =>
    tidy(() => {
      for (const normalise of [true, false]) {
        const settings = { ...options, k: 3, normalise };
        const routing = routeTopK(matrix(golden.logits), settings, evaluation());
        expectClose(routing.combineWeights, golden.probs);
      }
    }));

  it('gives ties to the lower expert index', () =>
    tidy(() => {
      const routing = routeTopK(matrix([[1, 2, 2, 2]]), options, evaluation());
      expectClose(routing.combineWeights, [[0, 0.5, 0.5, 0]]);
    }));

  it('has a balance loss over all k choices before capacity that is 1 at balance', () =>
    tidy(() => {
      const logits = randomLogits(40, 6, 2);
      const settings = { ...options, k: 3, capacityFactor: 0.5 };
      const [loss] = routeTopK(matrix(logits), settings, training()).losses;
      const count = (e: number) => logits.filter((z) => ranked(z).slice(0, 3).includes(e)).length;
      const fractions = logits[0]!.map((_, e) => count(e) / (3 * 40));
      expectClose(loss!.value, [balance(logits, fractions, 6)]);
      const even = matrix([[0, 0, 0, 0]]);
      expectClose(routeTopK(even, options, training()).losses[0]!.value, [1]);
      expect(loss).toMatchObject({ name: 'load-balancing', atBalance: 1, coefficient: 0.01 });
    }));

  it('has the golden z-loss when asked for, and no loss with coefficient 0', () =>
    tidy(() => {
      const settings = { ...options, balanceCoefficient: 0, zLossCoefficient: 0.001 };
      const { losses } = routeTopK(matrix(golden.logits), settings, training());
      expect(losses.map(({ name }) => name)).toEqual(['z-loss']);
      expectClose(losses[0]!.value, [golden.zLoss]);
      expectClose([zLoss(golden.logits)], [golden.zLoss]);
    }));

  it('serves first choices first, then by arrival or by probability', () =>
    tidy(() => {
      // Expert 0: second choice of tokens 0 and 2 (p 0.12 and 0.43), first choice of token 1. Capacity 2.
      const logits = matrix([
        [0, 2, -5],
        [1, -5, 0],
        [0, -5, 0.3],
      ]);
      const settings = { ...options, capacityFactor: 1 };
      const column = (priority: TopKOptions['priority']) =>
        routeTopK(logits, { ...settings, priority }, training())
          .dispatchMask.arraySync()
          .map((row) => row[0]);
      expect(column('rank-then-arrival')).toEqual([1, 1, 0]);
      expect(column('rank-then-probability')).toEqual([0, 1, 1]);
    }));

  it('keeps everything when the capacity reaches the number of tokens', () =>
    tidy(() => {
      const settings = { ...options, evalCapacityFactor: 100 };
      const routing = routeTopK(matrix(golden.logits), settings, evaluation());
      expect(sum(routing.dispatchMask).dataSync()[0]).toBe(12);
    }));

  it('gives padding no experts, no NaN and no say in the losses', () =>
    tidy(() => {
      const tokenMask = padding(1, 1, 1, 1, 1, 1, 0);
      const settings = { ...options, zLossCoefficient: 1 };
      const rows = [...golden.logits, [80, -80, 0]];
      const masked = routeTopK(matrix(rows), settings, evaluation({ tokenMask }));
      const alone = routeTopK(matrix(golden.logits), settings, evaluation());
      expectClose(masked.combineWeights, [...alone.combineWeights.arraySync(), [0, 0, 0]]);
      masked.losses.forEach(({ value }, i) =>
        expectClose(value, alone.losses[i]!.value.dataSync()),
      );
    }));
});

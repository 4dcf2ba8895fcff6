import { createRng, parseOptions } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { grad, mul, sum, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { routeGumbelTopK } from '../src/gumbel-top-k-router.js';
import type { GumbelTopKOptions } from '../src/gumbel-top-k-options.js';
import { gumbelTopKRouter } from '../src/index.js';
import { argmax, balance, firstChoiceShares, ranked, softmax } from './reference/basics.js';
import {
  describeOnBackends,
  evaluation,
  expectClose,
  matrix,
  numericGradient,
  randomLogits,
  scripted,
  training,
} from './support.js';

const optionsFor = (given: Record<string, unknown>) =>
  parseOptions(gumbelTopKRouter.options, given, 'gumbel-topk') as GumbelTopKOptions;
const noLimit = { capacityFactor: null, evalCapacityFactor: null };

/** XMoE's baseline in plain numbers, from the uniform draws behind its Gumbel noise. */
function reference(logits: number[][], u: readonly number[], k: number, capacity: number) {
  const experts = logits[0]!.length;
  const orders = logits.map((z, t) => {
    const first = argmax(z);
    const noised = z.map((v, e) => v - Math.log(-Math.log(u[t * experts + e]!)));
    return [first, ...ranked(noised).filter((e) => e !== first)].slice(0, k);
  });
  const taken = new Array<number>(experts).fill(0);
  const weights = logits.map(() => new Array<number>(experts).fill(0));
  for (let rank = 0; rank < k; rank++) {
    orders.forEach((order, t) => {
      const e = order[rank]!;
      if (taken[e]!++ < capacity) weights[t]![e] = softmax(logits[t]!)[e]!;
    });
  }
  return weights;
}

describeOnBackends('gumbel top-k', () => {
  it.each([1, 2, 3])('agrees with the float64 reference on random logits, k = %i', (k) =>
    tidy(() => {
      const logits = randomLogits(48, 6, k);
      const rng = createRng(k);
      const u = Array.from({ length: 48 * 6 }, () => rng.uniform());
      const options = optionsFor({ k });
      const routing = routeGumbelTopK(matrix(logits), options, training({ rng: scripted(u) }));
      expectClose(routing.combineWeights, reference(logits, u, k, Math.ceil((48 / 6) * k)));
      expectClose(routing.losses[0]!.value, [balance(logits, firstChoiceShares(logits), 6)]);
      expect(routing.losses[0]).toMatchObject({ coefficient: 0.01, atBalance: 1 });
    }),
  );

  it('always has the argmax, and draws the second expert with the odds of the logits', () =>
    tidy(() => {
      const odds = [8, 3, 1];
      const logits = matrix(Array.from({ length: 6000 }, () => odds.map(Math.log)));
      const routing = routeGumbelTopK(logits, optionsFor({ k: 2, ...noLimit }), training());
      const [first, second, third] = sum(routing.dispatchMask, 0).dataSync();
      expect(first).toBe(6000);
      expect(second! / 6000).toBeCloseTo(0.75, 1);
      expect(second! + third!).toBe(6000);
    }));

  it('leaves the weights raw and without noise, so that the gradient is that of the softmax', () =>
    tidy(() => {
      const logits = randomLogits(8, 4, 3);
      const settings = optionsFor({ k: 2, ...noLimit });
      const context = () => training({ rng: createRng(11) });
      const mask = routeGumbelTopK(matrix(logits), settings, context()).dispatchMask.arraySync();
      const output = (z: Tensor2D) => {
        const { combineWeights } = routeGumbelTopK(z, settings, context());
        return sum(mul(combineWeights, combineWeights));
      };
      const numbers = (z: number[][]) =>
        z.reduce(
          (total, row, t) => softmax(row).reduce((s, p, e) => s + mask[t]![e]! * p * p, total),
          0,
        );
      const close = { relative: 1e-4, absolute: 1e-6 };
      expectClose(grad(output as never)(matrix(logits)), numericGradient(numbers, logits), close);
    }));

  it('draws no noise at evaluation unless the quirk of the reference is asked for', () =>
    tidy(() => {
      const logits = matrix(randomLogits(64, 8, 5));
      const mask = (noiseAtEvaluation: boolean, seed: number) => {
        const options = optionsFor({ k: 3, noiseAtEvaluation });
        const context = evaluation({ rng: createRng(seed), dropFree: true });
        return routeGumbelTopK(logits, options, context).dispatchMask.dataSync();
      };
      expect(mask(false, 1)).toEqual(mask(false, 2));
      expect(mask(true, 1)).not.toEqual(mask(true, 2));
      expect(mask(true, 1)).toEqual(mask(true, 1));
    }));

  it('takes k as its capacity factor by default; null means no capacity', () => {
    expect(optionsFor({ k: 3 })).toMatchObject({ capacityFactor: 3, evalCapacityFactor: 3 });
    expect(optionsFor({ k: 3, capacityFactor: null })).toMatchObject({ capacityFactor: null });
    expect(optionsFor({ evalCapacityFactor: 1 })).toMatchObject({ k: 2, evalCapacityFactor: 1 });
  });
});

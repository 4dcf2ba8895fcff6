import { createRng, createRouter } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { abs, grad, mul, sum, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { switchRouter } from '../src/index.js';
import type { SwitchOptions } from '../src/switch-router.js';
import { routeSwitch } from '../src/switch-router.js';
import golden from './goldens/switch-top1-capacity.json' with { type: 'json' };
import { balance, zLoss } from './reference/basics.js';
import { switchReference } from './reference/switch.js';
import {
  defaultsOf,
  evaluation,
  expectClose,
  float64,
  matrix,
  numericGradient,
  describeOnBackends,
  padding,
  randomLogits,
  training,
} from './support.js';

const options: SwitchOptions = {
  ...defaultsOf(switchRouter),
  capacityFactor: golden.config.capacityFactor,
  evalCapacityFactor: golden.config.capacityFactor,
  minCapacity: 1,
  jitter: 0,
  balanceCoefficient: golden.config.alpha,
};
const goldenWeights = golden.probs.map((row, t) =>
  row.map((_, e) => (e === golden.expert[t] ? golden.gate[t]! : 0)),
);

describeOnBackends('switch', () => {
  it('agrees with the golden routing: weights, drops in token order, balance loss', () =>
    tidy(() => {
      const routing = routeSwitch(matrix(golden.logits), options, evaluation());
      expectClose(routing.probs, golden.probs);
      expectClose(routing.combineWeights, goldenWeights);
      expect(sum(routing.selectionMask!).dataSync()[0]).toBe(6);
      expect(sum(routing.dispatchMask).dataSync()[0]).toBe(4);
      const [loss] = routing.losses;
      expectClose(loss!.value, [golden.auxUnscaled]);
      expectClose([loss!.coefficient * loss!.value.dataSync()[0]!], [golden.aux]);
      expect(loss).toMatchObject({ name: 'load-balancing', coefficient: 0.01, atBalance: 1 });
    }));

  it('agrees with the golden gradient of the balance loss', () =>
    tidy(() => {
      const loss = (z: Tensor2D) => routeSwitch(z, options, evaluation()).losses[0]!.value;
      expectClose(grad(loss as never)(matrix(golden.logits)), golden.grad_auxUnscaled);
    }));

  it('has a float64 reference that agrees with the golden at 1e-9', () => {
    const reference = switchReference(golden.logits, golden.capacity);
    expectClose(reference.combineWeights.flat(), goldenWeights, float64);
    expectClose(reference.fractions, golden.f, float64);
    expectClose([reference.balance], [golden.auxUnscaled], float64);
    expectClose([zLoss(golden.logits)], [golden.zLoss], float64);
    const gradient = numericGradient((z) => balance(z, reference.fractions, 3), golden.logits);
    expectClose(gradient.flat(), golden.grad_auxUnscaled, { relative: 1e-7, absolute: 1e-9 });
  });

  it.each([1, 2, 3])('agrees with the float64 reference on random logits, seed %i', (seed) =>
    tidy(() => {
      const logits = randomLogits(64, 8, seed);
      const settings = { ...options, capacityFactor: 1.25 };
      const routing = routeSwitch(matrix(logits), settings, training());
      const reference = switchReference(logits, 10);
      expectClose(routing.combineWeights, reference.combineWeights);
      expectClose(routing.losses[0]!.value, [reference.balance]);
    }),
  );

  it('sends the gradient of the weights through the probabilities of kept tokens alone', () =>
    tidy(() => {
      const logits = randomLogits(12, 4, 5);
      const upstream = randomLogits(12, 4, 6);
      const { combineWeights } = switchReference(logits, 2);
      const kept = combineWeights.map((row) => row.map((w) => (w > 0 ? 1 : 0)));
      const settings = { ...options, evalCapacityFactor: 2 / 3 };
      const output = (z: Tensor2D) =>
        sum(mul(routeSwitch(z, settings, evaluation()).combineWeights, matrix(upstream)));
      const constant = (z: number[][]) =>
        z.reduce((total, row, t) => {
          const powers = row.map(Math.exp);
          const whole = powers.reduce((a, b) => a + b, 0);
          return row.reduce(
            (s, _, e) => s + (kept[t]![e]! * upstream[t]![e]! * powers[e]!) / whole,
            total,
          );
        }, 0);
      expectClose(grad(output as never)(matrix(logits)), numericGradient(constant, logits), {
        relative: 1e-4,
        absolute: 1e-6,
      });
    }));

  it('jitters the input of the gate in training only, by no more than its amount', () =>
    tidy(() => {
      const router = createRouter(switchRouter, { modelWidth: 4, numExperts: 3, seed: 1 });
      const x = matrix(randomLogits(16, 4, 1));
      const calm = router.route(x, evaluation()).logits;
      const again = router.route(x, evaluation({ rng: createRng(8) })).logits;
      const shaken = router.route(x, training()).logits;
      expect(again.dataSync()).toEqual(calm.dataSync());
      expect(shaken.dataSync()).not.toEqual(calm.dataSync());
      const bound = sum(mul(abs(x), 0.01), 1).dataSync(); // |W| <= 1/sqrt(4) < 1
      const [a, b] = [calm.arraySync(), shaken.arraySync()];
      a.forEach((row, t) =>
        row.forEach((z, e) => expect(Math.abs(z - b[t]![e]!)).toBeLessThan(bound[t]!)),
      );
      router.dispose();
    }));

  it('counts no padding: neither in the capacity nor in the losses', () =>
    tidy(() => {
      const rows = [golden.logits[0]!, [9, 0, 0], ...golden.logits.slice(1), [0, 9, 0]];
      const tokenMask = padding(1, 0, 1, 1, 1, 1, 1, 0);
      const routing = routeSwitch(matrix(rows), options, evaluation({ tokenMask }));
      const none = [0, 0, 0];
      const [first, ...others] = goldenWeights;
      expectClose(routing.combineWeights, [first!, none, ...others, none]);
      expectClose(routing.losses[0]!.value, [golden.auxUnscaled]);
    }));

  it('drops nothing in a drop-free evaluation', () =>
    tidy(() => {
      const context = evaluation({ dropFree: true });
      const routing = routeSwitch(matrix(golden.logits), options, context);
      expect(routing.selectionMask).toBeUndefined();
      expect(sum(routing.dispatchMask).dataSync()[0]).toBe(6);
    }));
});

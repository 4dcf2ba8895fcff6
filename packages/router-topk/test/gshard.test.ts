import type { Tensor2D } from '@tensorflow/tfjs-core';
import { grad, sum, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { createRng } from '@moekit/core';
import type { TopTwoOptions } from '../src/top-two.js';
import { routeTopTwo } from '../src/top-two.js';
import golden from './goldens/gshard-top2.json' with { type: 'json' };
import { balance, firstChoiceShares, zLoss } from './reference/basics.js';
import { gshardReference } from './reference/gshard.js';
import { gshardRouter } from '../src/index.js';
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
  scripted,
  training,
} from './support.js';

const settings = (variant: 'paper' | 'mesh'): TopTwoOptions => ({
  ...defaultsOf(gshardRouter),
  variant,
  capacityFactor: 2,
  evalCapacityFactor: 2,
  minCapacity: 1,
  secondChoiceThreshold: 0.5,
  zLossCoefficient: 0,
});
const { u } = golden.config;
const expectedBalance = {
  paper: golden.paper.aux_paper_oneOverE,
  mesh: golden.mesh.aux_meshTF_timesE2,
};

const goldenVariants = (variant: 'paper' | 'mesh') => () => {
  const options = settings(variant);

  it('agrees with the golden routing under the golden draws', () =>
    tidy(() => {
      const context = training({ rng: scripted(u) });
      const routing = routeTopTwo(matrix(golden.logits), options, context);
      expectClose(routing.probs, golden[variant].gates);
      expectClose(routing.combineWeights, golden[variant].combineWeights);
      expectClose(routing.losses[0]!.value, [expectedBalance[variant]]);
      expectClose([routing.losses[0]!.atBalance!], [variant === 'paper' ? 1 / 9 : 1]);
    }));

  it('has a float64 reference that agrees with the golden at 1e-9', () => {
    const reference = gshardReference(golden.logits, { capacity: golden.config.C, u, variant });
    expectClose(reference.combineWeights.flat(), golden[variant].combineWeights, float64);
    expectClose([reference.balance], [expectedBalance[variant]], float64);
  });

  it.each([1, 2, 3])('agrees with the float64 reference on random logits, seed %i', (seed) =>
    tidy(() => {
      const logits = randomLogits(64, 8, seed);
      const rng = createRng(seed);
      const draws = Array.from({ length: 64 }, () => rng.uniform());
      const context = training({ rng: scripted(draws) });
      const routing = routeTopTwo(matrix(logits), { ...options, capacityFactor: 1.5 }, context);
      const reference = gshardReference(logits, { capacity: 12, u: draws, variant });
      expectClose(routing.combineWeights, reference.combineWeights);
      expectClose(routing.losses[0]!.value, [reference.balance]);
      const [wanted, placed] = [routing.selectionMask!, routing.dispatchMask].map((mask) =>
        mask.dataSync(),
      );
      expect(placed!.every((one, i) => one <= wanted![i]!)).toBe(true);
      expect(placed!.some((one, i) => one < wanted![i]!)).toBe(true);
    }),
  );

  it('sends the gradient of the balance loss through the probabilities alone', () =>
    tidy(() => {
      const fractions = firstChoiceShares(golden.logits);
      const scale = variant === 'paper' ? 1 / 3 : 3;
      const loss = (z: Tensor2D) => routeTopTwo(z, options, evaluation()).losses[0]!.value;
      const reference = (z: number[][]) => balance(z, fractions, scale);
      expectClose(
        grad(loss as never)(matrix(golden.logits)),
        numericGradient(reference, golden.logits),
        { relative: 1e-5, absolute: 1e-7 },
      );
    }));

  it('keeps every second choice at evaluation where there is room', () =>
    tidy(() => {
      const routing = routeTopTwo(matrix(golden.logits), options, evaluation());
      expect(sum(routing.selectionMask!).dataSync()[0]).toBe(8);
      expect(sum(routing.dispatchMask, 0).dataSync()).toEqual(Float32Array.of(2, 2, 2));
    }));

  it('drops nothing, at random or for room, under dropFree', () =>
    tidy(() => {
      for (const context of [evaluation({ dropFree: true }), training({ dropFree: true })]) {
        const routing = routeTopTwo(matrix(golden.logits), options, context);
        expect(routing.selectionMask).toBeUndefined();
        expect(sum(routing.dispatchMask).dataSync()[0]).toBe(8);
        expectClose(sum(routing.combineWeights, 1), [1, 1, 1, 1]);
      }
    }));

  it('routes no padding, and no weight of a padding row is NaN', () =>
    tidy(() => {
      const rows = [...golden.logits, [50, -50, 0]];
      const rng = scripted([...u, 0]);
      const context = training({ tokenMask: padding(1, 1, 1, 1, 0), rng });
      const routing = routeTopTwo(matrix(rows), options, context);
      expectClose(routing.combineWeights, [...golden[variant].combineWeights, [0, 0, 0]]);
      expectClose(routing.losses[0]!.value, [expectedBalance[variant]]);
    }));
};

describeOnBackends('gshard, as in the paper', goldenVariants('paper'));
describeOnBackends('gshard, as in Mesh TensorFlow', goldenVariants('mesh'));

describeOnBackends('random second choice', () => {
  it('is kept with probability min(1, weight / threshold)', () =>
    tidy(() => {
      const logits = matrix(Array.from({ length: 4000 }, () => [Math.log(9), 0, -20])); // g2 = 0.1
      const options = { ...settings('mesh'), capacityFactor: null };
      const kept = (secondChoiceThreshold: number) => {
        const routing = routeTopTwo(logits, { ...options, secondChoiceThreshold }, training());
        return sum(routing.dispatchMask, 0).dataSync()[1]! / 4000;
      };
      expect(kept(0.2)).toBeCloseTo(0.5, 1);
      expect(kept(0.5)).toBeCloseTo(0.2, 1);
      expect(kept(0.05)).toBe(1);
    }));

  it('adds the z-loss of ST-MoE', () =>
    tidy(() => {
      const logits = randomLogits(10, 4, 3);
      const options = { ...settings('mesh'), zLossCoefficient: 1e-3 };
      const [, loss] = routeTopTwo(matrix(logits), options, training()).losses;
      expect(loss).toMatchObject({ name: 'z-loss', coefficient: 1e-3, atBalance: null });
      expectClose(loss!.value, [zLoss(logits)]);
    }));
});

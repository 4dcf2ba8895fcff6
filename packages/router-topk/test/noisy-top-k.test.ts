import { createRouter } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { abs, fill, grad, grads, mul, sum, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { noisyTopKRouter } from '../src/index.js';
import type { NoisyTopKOptions } from '../src/noisy-top-k-options.js';
import { routeNoisyTopK } from '../src/noisy-top-k-router.js';
import golden from './goldens/noisy-topk.json' with { type: 'json' };
import { columnSums } from './reference/basics.js';
import { noisyTopKReference, squaredVariation } from './reference/noisy-top-k.js';
import {
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

const options: NoisyTopKOptions = {
  k: golden.config.k,
  importanceCoefficient: 0.1,
  loadCoefficient: 0.1,
  variance: 'population',
  noiseFloor: 0,
  init: 'zeros',
  balanceScope: 'micro-batch',
  balanceWindow: 16,
};
const { cleanLogits: clean, noiseRaw: noise, eps } = golden;
const goldenContext = () => training({ rng: scripted(eps.flat()) });
/** tfjs computes erf to 1.5e-7, which the far tail of a probability and its CV^2 feel. */
const erfLimit = { relative: 1e-5, absolute: 1e-6 };

describeOnBackends('noisy top-k', () => {
  it.each(['population', 'sample'] as const)('agrees with the golden, %s variance', (variance) =>
    tidy(() => {
      const settings = { ...options, variance };
      const routing = routeNoisyTopK(matrix(clean), matrix(noise), settings, goldenContext());
      expectClose(routing.logits, golden.H);
      expectClose(routing.combineWeights, golden.gates);
      expectClose(columnSums(routing.combineWeights.arraySync()), golden.importance);
      const [importance, load] = routing.losses;
      expect(importance).toMatchObject({ name: 'importance', coefficient: 0.1, atBalance: 0 });
      expect(load).toMatchObject({ name: 'load', coefficient: 0.1, atBalance: 0 });
      expectClose(importance!.value, [golden[`L_importance_unscaled_${variance}Var`]]);
      expectClose(load!.value, [golden[`L_load_unscaled_${variance}Var`]], erfLimit);
    }),
  );

  it('has a float64 reference that agrees with the golden at 1e-9', () => {
    const reference = noisyTopKReference({ clean, noise, eps, k: 2 });
    expectClose(reference.noisy.flat(), golden.H, float64);
    expectClose(reference.gates.flat(), golden.gates, float64);
    expectClose(reference.chances.flat(), golden.P_selected, float64);
    expectClose(reference.load, golden.load, float64);
    for (const variance of ['population', 'sample'] as const) {
      const [importance, load] = [reference.importance, reference.load].map((x) =>
        squaredVariation(x, variance),
      );
      expectClose([importance!], [golden[`L_importance_unscaled_${variance}Var`]], float64);
      expectClose([load!], [golden[`L_load_unscaled_${variance}Var`]], float64);
    }
  });

  it.each([
    ['importance', 0],
    ['load', 1],
  ] as const)('has the gradient of the float64 reference in both gates: %s loss', (name, at) =>
    tidy(() => {
      const loss = (z: Tensor2D, s: Tensor2D) =>
        routeNoisyTopK(z, s, options, goldenContext()).losses[at]!.value;
      const reference = (z: number[][], s: number[][]) =>
        squaredVariation(noisyTopKReference({ clean: z, noise: s, eps, k: 2 })[name], 'population');
      const [dClean, dNoise] = grads(loss as never)([matrix(clean), matrix(noise)]);
      const close = { relative: 1e-4, absolute: 1e-5 };
      expectClose(
        dClean!,
        numericGradient((z) => reference(z, noise as number[][]), clean),
        close,
      );
      expectClose(
        dNoise!,
        numericGradient((s) => reference(clean as number[][], s), noise),
        close,
      );
    }),
  );

  it('sends the gradient of the gates through the noisy scores', () =>
    tidy(() => {
      const upstream = randomLogits(3, 4, 2);
      const output = (z: Tensor2D) => {
        const { combineWeights } = routeNoisyTopK(z, matrix(noise), options, goldenContext());
        return sum(mul(combineWeights, matrix(upstream)));
      };
      const reference = (z: number[][]) =>
        noisyTopKReference({ clean: z, noise, eps, k: 2 }).gates.reduce(
          (total, row, t) => row.reduce((s, g, e) => s + g * upstream[t]![e]!, total),
          0,
        );
      const close = { relative: 1e-4, absolute: 1e-6 };
      expectClose(grad(output as never)(matrix(clean)), numericGradient(reference, clean), close);
    }));

  it('draws no noise at evaluation', () =>
    tidy(() => {
      const routing = routeNoisyTopK(matrix(clean), matrix(noise), options, evaluation());
      expectClose(routing.logits, clean);
    }));

  it('starts with both gates at zero: even chances, and only noise tells experts apart', () =>
    tidy(() => {
      const spec = { modelWidth: 6, numExperts: 8, seed: 3 };
      const router = createRouter(noisyTopKRouter, spec, { k: 2 });
      const x = matrix(randomLogits(512, 6, 4));
      router.variables().forEach((v) => expect(sum(abs(v)).dataSync()[0]).toBe(0));
      const { dispatchMask } = router.route(x, training());
      sum(dispatchMask, 0)
        .dataSync()
        .forEach((rows) => expect(Math.abs(rows - 128)).toBeLessThan(45)); // 4.6 deviations
      const calm = router.route(x, evaluation()).dispatchMask;
      expect(sum(calm, 0).dataSync()).toEqual(Float32Array.of(512, 512, 0, 0, 0, 0, 0, 0));
      router.dispose();
    }));

  it('has a constant load of one row per token and expert when k = E', () =>
    tidy(() => {
      const settings = { ...options, k: 4 };
      const routing = routeNoisyTopK(matrix(clean), matrix(noise), settings, goldenContext());
      expectClose(sum(routing.combineWeights, 1), [1, 1, 1]);
      expectClose(routing.losses[1]!.value, [0]);
    }));

  it('stays finite when the noise scale underflows', () =>
    tidy(() => {
      const loss = (z: Tensor2D) => {
        return routeNoisyTopK(z, fill(z.shape, -200), options, evaluation()).losses[1]!.value;
      };
      const gradient = grad(loss as never)(matrix(clean)).dataSync();
      expect(gradient.every(Number.isFinite)).toBe(true);
    }));

  it('takes padding out of importance and load', () =>
    tidy(() => {
      const rows = (extra: readonly number[], all: readonly (readonly number[])[]) =>
        matrix([...all, extra]);
      const context = training({
        rng: scripted([...eps.flat(), 3, 3, -3, -3]),
        tokenMask: padding(1, 1, 1, 0),
      });
      const [z, s] = [rows([5, 0, 0, 0], clean), rows([1, 1, 1, 1], noise)];
      const { losses, combineWeights } = routeNoisyTopK(z, s, options, context);
      expectClose(combineWeights, [...golden.gates, [0, 0, 0, 0]]);
      expectClose(losses[0]!.value, [golden.L_importance_unscaled_populationVar]);
      expectClose(losses[1]!.value, [golden.L_load_unscaled_populationVar], erfLimit);
    }));
});

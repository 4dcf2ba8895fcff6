import type { RouterPlugin } from '@moekit/core';
import { topExperts } from '@moekit/core/pieces';
import { FeedForwardExperts, MoELayer, createRouter, totalRouterLoss } from '@moekit/core';
import type { Variable } from '@tensorflow/tfjs-core';
import {
  addN,
  dispose,
  mean,
  memory,
  square,
  sum,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { gumbelTopKRouter, noisyTopKRouter, topKRouter, topKRouters } from '../src/index.js';
import { keepSecondChoices } from '../src/second-choice.js';
import {
  describeOnBackends,
  evaluation,
  matrix,
  padding,
  randomLogits,
  scripted,
  training,
} from './support.js';

const spec = { modelWidth: 6, numExperts: 4, seed: 2 };
/** Enough experts for the published k of every router. */
const wide = { ...spec, numExperts: 16 };
const tokens = (count: number) => matrix(randomLogits(count, 6, 13));

describeOnBackends('edge cases', () => {
  it('ties go to the lower index', () =>
    tidy(() => {
      const logits = matrix([
        [0, 0, 0],
        [-1, 3, 3],
        [2, 1, 2],
      ]);
      expect(topExperts(logits, 1).arraySync()).toEqual([
        [1, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
      ]);
      expect(keepSecondChoices(logits, scripted([0, 0, 0]), 0.5).arraySync()).toEqual(
        topExperts(logits, 2).arraySync(),
      );
    }));

  it.each(topKRouters)('a batch of one token is never dropped: $name', (plugin) =>
    tidy(() => {
      const router = createRouter(plugin, wide);
      const { dispatchMask, combineWeights } = router.route(tokens(1), evaluation());
      expect(sum(dispatchMask).dataSync()[0]).toBe(router.expertsPerToken);
      expect(combineWeights.dataSync().every(Number.isFinite)).toBe(true);
      router.dispose();
    }),
  );

  it.each([topKRouter, noisyTopKRouter, gumbelTopKRouter])(
    'k = E selects every expert: $name',
    (plugin) =>
      tidy(() => {
        const router = createRouter(plugin as unknown as RouterPlugin, spec, { k: 4 });
        const { dispatchMask } = router.route(tokens(8), training());
        expect(sum(dispatchMask).dataSync()[0]).toBe(32);
        router.dispose();
      }),
  );

  it.each(topKRouters)('a batch of padding has finite losses and gradients: $name', (plugin) => {
    const router = createRouter(plugin, wide);
    const context = training({ tokenMask: padding(0, 0, 0) });
    const gradients = stepOf(router, () => {
      const { losses, combineWeights } = router.route(tokens(3), context);
      return addN([totalRouterLoss(losses), sum(combineWeights)]);
    });
    expect(gradients.every(Number.isFinite)).toBe(true);
    router.dispose();
  });

  it.each(topKRouters)('one training step of a layer leaks no tensor: $name', (plugin) => {
    const step = () => {
      const router = createRouter(plugin, wide);
      const experts = new FeedForwardExperts({ ...wide, expertWidth: 3 });
      const layer = new MoELayer({ router, experts });
      const gradients = stepOf(layer, () => {
        const { output, routing } = layer.call(tokens(10), training());
        return addN([mean(square(output)), totalRouterLoss(routing.losses)]);
      });
      expect(gradients.every(Number.isFinite)).toBe(true);
      layer.dispose();
    };
    step();
    const before = memory().numTensors;
    step();
    expect(memory().numTensors - before).toBe(0);
  });

  it.each(topKRouters)('the same seed gives the same bytes: $name', (plugin) => {
    const bytes = (seed: number) =>
      tidy(() => {
        const router = createRouter(plugin, { ...wide, seed });
        const { combineWeights, logits } = router.route(tokens(20), training());
        const read = [...combineWeights.dataSync(), ...logits.dataSync()];
        router.dispose();
        return read;
      });
    expect(bytes(5)).toEqual(bytes(5));
    if (plugin.name !== 'noisy-topk') expect(bytes(5)).not.toEqual(bytes(6)); // its gates start at zero
  });
});

/** All gradients of one step, as numbers. */
function stepOf(part: { variables(): readonly Variable[] }, loss: () => unknown): number[] {
  const list = part.variables().filter(({ trainable }) => trainable);
  const { value, grads } = tidy(() => variableGrads(loss as never, list));
  const numbers = Object.values(grads).flatMap((g) => (g ? [...g.dataSync()] : []));
  dispose([value, grads] as never);
  return numbers;
}

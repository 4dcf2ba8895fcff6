import type { Routing } from '@moekit/core';
import {
  assignmentFractions,
  createRng,
  createRouter,
  createTokenMask,
  decodeRoutingStats,
  encodeRoutingStats,
  loadBalancingLoss,
  maskTokens,
  tokenMean,
  zLoss,
} from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { fill, grad, ones, scalar, tensor1d, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import customRouter from '../../../../examples/router/bias-balanced.js';
import expertChoice from '../../../../examples/router/expert-choice.js';
import { onEachBackend } from '../backends.js';

const mask = () => createTokenMask(new Float32Array([1, 0, 1]));
const rows = (padding: number) => tensor2d([[0, 0], [padding, padding], [0, 0]]); // prettier-ignore
const half = () => tensor1d([0.5, 0.5]);

onEachBackend('padding of any content', () => {
  it.each([NaN, Infinity, -Infinity])('%s reaches no loss, mean, mask or gradient', (content) =>
    tidy(() => {
      const x = rows(content);
      expect([...maskTokens(x, mask()).dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
      expect([...tokenMean(x, mask()).dataSync()]).toEqual([0, 0]);
      expect(zLoss(x, mask()).dataSync()[0]).toBeCloseTo(Math.log(2) ** 2, 6);
      expect(loadBalancingLoss(x, half(), { tokenMask: mask() }).dataSync()[0]).toBe(0);
      for (const loss of [
        (z: Tensor2D) => zLoss(z, mask()),
        (z: Tensor2D) => loadBalancingLoss(z, half(), { tokenMask: mask() }),
      ]) {
        const slope = grad(loss as never)(x) as Tensor2D;
        expect([...slope.dataSync()].every(Number.isFinite)).toBe(true);
        expect([...slope.dataSync()].slice(2, 4)).toEqual([0, 0]);
      }
    }),
  );

  it('NaN in probs of padding reaches no statistic', () =>
    tidy(() => {
      const dispatchMask = tensor2d([[1, 0], [0, 0], [1, 0]]); // prettier-ignore
      const probs = tensor2d([[0.5, 0.5], [NaN, NaN], [0.5, 0.5]]); // prettier-ignore
      const slots = { mass: tensor1d([0, NaN, 0]), slots: tensor1d([1, NaN, 1]) };
      const routing = { dispatchMask, combineWeights: dispatchMask, probs, logits: probs, losses: [], zeroCompute: slots }; // prettier-ignore
      const stats = decodeRoutingStats(encodeRoutingStats(routing, mask()).dataSync());
      expect(stats).toMatchObject({ tokens: 2, dispatchedPairs: 2, nullSlots: 2, nullMass: 0 });
      expect(stats.entropy).toBeCloseTo(Math.log(2), 5);
    }));

  it('a batch without a token has losses and statistics of 0', () =>
    tidy(() => {
      const none = zeros([0, 2]) as Tensor2D;
      expect(zLoss(none).dataSync()[0]).toBe(0);
      expect(loadBalancingLoss(none, half()).dataSync()[0]).toBe(0);
      expect([...assignmentFractions(none).dataSync()]).toEqual([0, 0]);
      expect((tokenMean(zeros([0]) as Tensor1D, undefined).dataSync() as Float32Array)[0]).toBe(0);
      const routing = { dispatchMask: none, combineWeights: none, probs: none, logits: none, losses: [{ name: 'a', value: scalar(0), coefficient: 1, atBalance: 0 }] } as Routing; // prettier-ignore
      const values = encodeRoutingStats(routing).dataSync();
      expect([...values]).toEqual(new Array(13).fill(0));
    }));
});

onEachBackend('logits that are all 1', () => {
  it.each([5, 11])('go to the lower index in both examples, among %i experts', (numExperts) => {
    const spec = { modelWidth: 3, numExperts, seed: 1 };
    const chosen = (plugin: typeof customRouter | typeof expertChoice, options: object) => {
      const router = createRouter(plugin as never, spec, options as never);
      return tidy(() => {
        router.variables().forEach((v) => v.trainable && v.assign(fill(v.shape as [3, 5], 1)));
        const x = tensor2d([1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0], [4, 3]);
        const { dispatchMask } = router.route(x, { training: false, rng: createRng(1) });
        router.dispose();
        return [...dispatchMask.dataSync()];
      });
    };
    const first = Array.from({ length: numExperts }, (_, e) => (e < 2 ? 1 : 0));
    expect(chosen(customRouter, { k: 2 })).toEqual([first, first, first, first].flat());
    const all = [...ones([numExperts]).dataSync()];
    const rest = new Array<number>(3 * numExperts).fill(0);
    expect(chosen(expertChoice, { capacityFactor: numExperts / 4 })).toEqual([...all, ...rest]);
  });
});

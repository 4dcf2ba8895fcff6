import type { RouterPlugin } from '@moekit/core';
import { createRouter } from '@moekit/core';
import { sum, tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { gshardRouter, stMoERouter } from '../src/index.js';
import { zLoss } from './reference/basics.js';
import { describeOnBackends, expectClose, matrix, randomLogits, training } from './support.js';

const spec = { modelWidth: 6, numExperts: 4, seed: 2 };
const route = (plugin: RouterPlugin<never>, options?: unknown) => {
  const router = createRouter(plugin as unknown as RouterPlugin, spec, options);
  const routing = router.route(matrix(randomLogits(40, 6, 1)), training());
  router.dispose();
  return routing;
};

describeOnBackends('st-moe', () => {
  it('decides as the mesh variant of gshard with its own factors and threshold', () =>
    tidy(() => {
      const own = route(stMoERouter as never);
      const options = { variant: 'mesh', capacityFactor: 1.25, secondChoiceThreshold: 0.2 };
      const mesh = route(gshardRouter as never, options);
      expect(own.combineWeights.dataSync()).toEqual(mesh.combineWeights.dataSync());
      expect(own.selectionMask!.dataSync()).toEqual(mesh.selectionMask!.dataSync());
      expect(Math.max(...sum(own.dispatchMask, 0).dataSync())).toBe(12); // int(40 * 1.25 / 4)
    }));

  it('balances with 0.01 and keeps logits small with 0.001', () =>
    tidy(() => {
      const { losses, logits } = route(stMoERouter as never);
      expect(losses).toMatchObject([
        { name: 'load-balancing', coefficient: 0.01, atBalance: 1 },
        { name: 'z-loss', coefficient: 0.001, atBalance: null },
      ]);
      expectClose(losses[1]!.value, [zLoss(logits.arraySync())]);
    }));
});

import '@tensorflow/tfjs';

import type { RoutingStats } from '@moekit/core';
import {
  createRng,
  createRouter,
  decodeRoutingStats,
  encodeRoutingStats,
  normalArray,
  summariseRouting,
  totalRouterLoss,
} from '@moekit/core';
import { useBackend } from '@moekit/core/testing';
import { tensor2d, tidy, train } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { nullExpertRouter } from '../src/index.js';
import { context } from './rule.js';

const D = 16;
const TOKENS = 64;

beforeAll(() => useBackend('cpu'));

/** Adam at 1e-2 on N(0,1) tokens, no task: what the losses do to the null share of K_0.5^4 with 8 experts. */
describe('a router trained on its own losses alone', () => {
  it('reaches the target null share of 1 - density with offsets on all logits', () => {
    // 0.05: the share is at 0.49 by now and closes in on 0.50 by step 800; batches of 64 move it by 0.02.
    expect(Math.abs(trainedNullShare({}, 300) - 0.5)).toBeLessThan(0.05);
  });

  it.each([
    ['no offset', { nullBias: false, realBias: false }],
    ['an offset of the null logit alone', { realBias: false }],
  ])('falls short of it with %s', (_, options) => {
    expect(trainedNullShare(options, 150)).toBeLessThan(0.43);
  });
});

/** Null share over the last 50 steps. */
function trainedNullShare(options: object, steps: number, seed = 1): number {
  const spec = { modelWidth: D, numExperts: 8, seed };
  const router = createRouter(nullExpertRouter, spec, { kMax: 4, density: 0.5, ...options });
  const optimizer = train.adam(1e-2);
  const rng = createRng(seed);
  const shares: number[] = [];
  for (let step = 0; step < steps; step++) {
    let stats: RoutingStats | undefined;
    const loss = () => {
      const x = tensor2d(normalArray(rng, TOKENS * D), [TOKENS, D]);
      const routing = router.route(x, context({ training: true }));
      stats = decodeRoutingStats(tidy(() => encodeRoutingStats(routing)).dataSync());
      return totalRouterLoss(routing.losses);
    };
    optimizer.minimize(loss, false, [...router.variables()]);
    if (step >= steps - 50) shares.push(summariseRouting(stats!).nullShare);
  }
  optimizer.dispose();
  router.dispose();
  return shares.reduce((a, b) => a + b) / shares.length;
}

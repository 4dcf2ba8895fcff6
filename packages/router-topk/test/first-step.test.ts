import { createRouter } from '@moekit/core';
import { tidy } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { topKRouter } from '../src/index.js';
import { describeOnBackends, evaluation, matrix, randomLogits } from './support.js';

// In a file of its own: nothing has touched the backend before.
describeOnBackends('a fresh backend', () => {
  it('routes its first batch to the bytes of its second', () =>
    tidy(() => {
      const router = createRouter(topKRouter, { modelWidth: 37, numExperts: 7, seed: 2 });
      const x = matrix(randomLogits(50, 37, 1));
      const [first, second] = [1, 2].map(() => router.route(x, evaluation()).logits.dataSync());
      expect(first).toEqual(second);
      router.dispose();
    }));
});

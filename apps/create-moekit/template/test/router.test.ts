import '@tensorflow/tfjs';
import { createRouter } from '@moekit/core';
import { testRouter } from '@moekit/core/testing';
import { expect, it } from 'vitest';

import router from '../src/index.js';

// The contract as code, on the default options and under pressure.
testRouter(router);
testRouter(
  router,
  { k: 1, balanceCoefficient: 0 },
  { name: 'top-1 without a loss', numExperts: 8 },
);

it('refuses more experts per token than there are', () => {
  const spec = { modelWidth: 8, numExperts: 2, seed: 1 };
  expect(() => createRouter(router, spec, { k: 3 })).toThrow(/k must be at most/);
});

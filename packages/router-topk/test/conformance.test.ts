import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { testRouter } from '@moekit/core/testing';

import { gshardRouter, topKRouter, topKRouters } from '../src/index.js';

const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'];

/** Where the defaults want more experts than the kit's layers have. */
const options: Readonly<Record<string, object>> = { 'noisy-topk': { k: 2 } };

for (const router of topKRouters) testRouter(router, options[router.name], { backends });
testRouter(
  topKRouter,
  { k: 3, normalise: false, capacityFactor: 1, evalCapacityFactor: 1, zLossCoefficient: 1e-3 },
  { backends, name: 'topk with capacity' },
);
testRouter(gshardRouter, { variant: 'mesh' }, { backends, name: 'gshard, mesh' });

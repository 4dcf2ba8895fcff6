import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { testRouter } from '@moekit/core/testing';

import {
  gshardRouter,
  gumbelTopKRouter,
  noisyTopKRouter,
  stMoERouter,
  switchRouter,
  topKRouter,
} from '../src/index.js';

const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'];

testRouter(switchRouter, undefined, { backends });
testRouter(topKRouter, undefined, { backends });
testRouter(
  topKRouter,
  { k: 3, normalise: false, capacityFactor: 1, evalCapacityFactor: 1, zLossCoefficient: 1e-3 },
  { backends, name: 'topk with capacity' },
);
testRouter(gshardRouter, undefined, { backends });
testRouter(gshardRouter, { variant: 'mesh' }, { backends, name: 'gshard, mesh' });
testRouter(noisyTopKRouter, { k: 2 }, { backends });
testRouter(gumbelTopKRouter, undefined, { backends });
testRouter(stMoERouter, undefined, { backends });

import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { testRouter } from '@moekit/core/testing';

import { thresholdRouter } from '../src/index.js';

const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'];

testRouter(thresholdRouter, undefined, { backends });
testRouter(
  thresholdRouter,
  { capacityFactor: 1, evalCapacityFactor: 1, minCapacity: 1 },
  { name: 'threshold under pressure', numExperts: 8, backends },
);
testRouter(
  thresholdRouter,
  { threshold: 0.3, capacityFactor: 2, evalCapacityFactor: 0.5, minCapacity: 2 },
  { name: 'threshold, low and tighter in evaluation', backends },
);
testRouter(thresholdRouter, { threshold: 1, capacityFactor: 8 }, { name: 'threshold, dense' });
testRouter(thresholdRouter, { threshold: 0 }, { name: 'threshold, top-1' });
testRouter(
  thresholdRouter,
  { threshold: 0.6, within: 3, normalise: true, capacityFactor: null },
  { name: 'threshold, a share of the top 3', numExperts: 8, backends },
);
testRouter(
  thresholdRouter,
  { within: 2, normalise: true, capacityFactor: 1, evalCapacityFactor: 1, minCapacity: 1 },
  { name: 'threshold, a share of the top 2 under pressure', numExperts: 8, backends },
);

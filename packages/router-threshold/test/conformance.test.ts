import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { testRouter } from '@moekit/core/testing';

import { dTopPRouter, expertThresholdRouter, thresholdRouter, topPRouter } from '../src/index.js';

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
  { threshold: 0.6, within: 3, normalise: true, capacityFactor: null, balanceScope: 'window' },
  { name: 'threshold, a share of the top 3', numExperts: 8, backends },
);
testRouter(
  thresholdRouter,
  { within: 2, normalise: true, capacityFactor: 1, evalCapacityFactor: 1, minCapacity: 1 },
  { name: 'threshold, a share of the top 2 under pressure', numExperts: 8, backends },
);
testRouter(topPRouter, undefined, { numExperts: 8, backends });
testRouter(
  topPRouter,
  { p: 0.9, normalise: true, balanceScope: 'sequence', entropyCoefficient: 0.1 },
  { name: 'top-p, normalised', backends },
);
testRouter(topPRouter, { p: 1 }, { name: 'top-p, all' });
testRouter(dTopPRouter, undefined, { numExperts: 8, backends });
testRouter(
  dTopPRouter,
  { expertsPerToken: 4, normaliseLogits: false, normalise: true, balanceScope: 'window' },
  { name: 'd-top-p, all experts, plain logits', backends },
);
testRouter(expertThresholdRouter, undefined, { numExperts: 8, backends });
testRouter(
  expertThresholdRouter,
  { warmUpSteps: 1 },
  { name: 'expert-threshold by its cuts', numExperts: 8, backends },
);
testRouter(
  expertThresholdRouter,
  { expertsPerToken: 1.5, decay: 0, warmUpSteps: 5, weights: 'raw' },
  { name: 'dynamic activation in its warm-up', backends },
);
testRouter(
  expertThresholdRouter,
  { warmUp: 'expert-choice', warmUpSteps: 4 },
  { name: 'expert-threshold, started by expert choice', numExperts: 8, backends },
);

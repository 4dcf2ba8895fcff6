import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { testRouter } from '@moekit/core/testing';

import {
  gshardRouter,
  noisyTopKRouter,
  lossFreeRouter,
  quantileBalancedRouter,
  switchRouter,
  topKRouter,
  topKRouters,
} from '../src/index.js';

const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'];

/** The published numbers of experts per token and of groups need more experts than the kit's layers have. */
const large = ['olmoe', 'qwen3', 'granite', 'deepseek-v2', 'deepseek-v3', 'deepseek-v4'];
const sizes = (name: string) => (large.includes(name) ? { numExperts: 16 } : {});

for (const router of topKRouters) {
  const options = router.name === 'noisy-topk' ? { k: 2 } : undefined;
  testRouter(router, options, { backends, ...sizes(router.name) });
}
testRouter(
  topKRouter,
  { k: 3, normalise: false, capacityFactor: 1, evalCapacityFactor: 1, zLossCoefficient: 1e-3 },
  { backends, name: 'topk with capacity' },
);
testRouter(gshardRouter, { variant: 'mesh' }, { backends, name: 'gshard, mesh' });
testRouter(
  topKRouter,
  {
    k: 2,
    priority: 'batch',
    capacityFactor: 0.75,
    evalCapacityFactor: 0.75,
    capacityPer: 6,
    scale: 2,
  },
  { backends, name: 'topk, surest tokens first, in groups of six' },
);
testRouter(
  topKRouter,
  { capacityFactor: 1, priority: 'probability', balanceScope: 'window', gateBias: true },
  { backends, name: 'topk by probability, balanced over a window' },
);
testRouter(
  noisyTopKRouter,
  { balanceScope: 'window', balanceWindow: 4, init: 'normal' },
  { backends, name: 'noisy-topk, balanced over a window' },
);
testRouter(
  switchRouter,
  { capacityPer: 'sequence', priority: 'arrival' },
  { backends, name: 'switch, sequence by sequence' },
);
testRouter(
  gshardRouter,
  {
    secondChoice: 'threshold',
    evalSecondChoice: 'threshold',
    normalise: 'after-drops',
    scale: 0.8,
  },
  { backends, name: 'gshard, sure second choices, weights of what is left' },
);
testRouter(
  quantileBalancedRouter,
  { k: 2, bins: 20, decay: 0.5, score: 'sqrt-softplus' },
  { backends, name: 'quantile-balanced by histograms' },
);
testRouter(lossFreeRouter, { score: 'softmax' }, { backends, name: 'loss-free, softmax' });

import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { useBackend } from '@moekit/core/testing';
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { routeLogits } from '../src/index.js';
import golden from './goldens/transformers.json' with { type: 'json' };
import { expectNear } from './near.js';

/** Weights of published models' own code, whose top-k was replaced by the threshold rule: see the file. */
const TOLERANCE = 1e-5;

describe.each(['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'])('%s', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(golden.cases.map((given) => [given.name, given] as const))('%s', (_, given) => {
    const rule = { balanceCoefficient: 0, ...given.options };
    const { weights, mask } = tidy(() => {
      const { combineWeights, dispatchMask } = routeLogits(tensor2d(given.logits), rule);
      return { weights: combineWeights.arraySync(), mask: dispatchMask.arraySync() };
    });
    expectNear(weights, given.weights, TOLERANCE);
    expect(mask).toEqual(given.weights.map((row) => row.map((w) => +(w > 0))));
  });
});

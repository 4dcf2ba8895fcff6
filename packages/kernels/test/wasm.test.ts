import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { beforeAll, describe, expect } from 'vitest';

import { dispatchSuite } from './dispatch-suite.js';
import { selectionSuite } from './selection-suite.js';

beforeAll(async () => {
  await tf.setBackend('wasm');
  expect(tf.getBackend()).toBe('wasm');
});

describe('wasm', () => {
  dispatchSuite({ numRuns: 10_000 });
  selectionSuite();
});

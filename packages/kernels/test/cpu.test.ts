import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect } from 'vitest';

import { dispatchSuite } from './dispatch-suite.js';
import { selectionSuite } from './selection-suite.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  expect(tf.getBackend()).toBe('cpu');
});

describe('cpu reference', () => {
  dispatchSuite({ numRuns: 10_000 });
  selectionSuite();
});

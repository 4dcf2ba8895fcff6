import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect } from 'vitest';

import { composedKernels } from '../src/backends/composed/register.js';
import { registerKernels } from '../src/index.js';
import { dispatchSuite } from './dispatch-suite.js';
import { selectionSuite } from './selection-suite.js';

// The kernels of a backend that has none of its own, run here in place of cpu's.
beforeAll(async () => {
  await tf.setBackend('cpu');
  registerKernels();
  for (const kernel of composedKernels('cpu')) {
    tf.unregisterKernel(kernel.kernelName, 'cpu');
    tf.registerKernel(kernel);
  }
  expect(tf.getBackend()).toBe('cpu');
});

describe('composition of tfjs operations', () => {
  dispatchSuite();
  selectionSuite();
});

import '@tensorflow/tfjs-backend-cpu';
import { getBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { registerKernels } from '../src/backends/register.js';

// a backend that the suites are asked to run on is there before them
const isChosen = process.env['MOEKIT_TEST_BACKEND'] !== undefined;

test.skipIf(isChosen)(
  'kernels are registered for the only backend, also before the first operation',
  () => {
    expect(getBackend()).toBeUndefined();
    registerKernels();
    expect(getBackend()).toBe('cpu');
  },
);

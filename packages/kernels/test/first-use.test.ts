import '@tensorflow/tfjs-backend-cpu';
import { getBackend } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { registerKernels } from '../src/backends/register.js';

test('kernels are registered for the only backend, also before the first operation', () => {
  expect(getBackend()).toBeUndefined();
  registerKernels();
  expect(getBackend()).toBe('cpu');
});

import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { registerWasmKernels } from '../src/backends/wasm/register.js';
import { dispatchSuite } from './dispatch-suite.js';

beforeAll(async () => {
  await tf.setBackend('wasm');
  expect(tf.getBackend()).toBe('wasm');
  registerWasmKernels('simd');
});

afterAll(() => registerWasmKernels()); // suites share a process

/** The build for engines without relaxed SIMD; `wasm.test.ts` takes the best build that runs here. */
describe('wasm without relaxed SIMD', () => dispatchSuite({ numRuns: 500 }));

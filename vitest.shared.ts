import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

/**
 * MOEKIT_TEST_BACKEND_DIR names an installed TensorFlow backend to load; with MOEKIT_TEST_BACKEND=tensorflow the suites
 * then run on it where they otherwise run on wasm (see .ci/tensorflow.sh).
 */
const setupFiles = process.env['MOEKIT_TEST_BACKEND_DIR']
  ? [fileURLToPath(new URL('./vitest.tensorflow.ts', import.meta.url))]
  : [];

/**
 * One test project: sources instead of builds, one worker process per core, real backends are slow to start. The suites
 * of a project share these processes, for most of a short suite's time is the loading of TensorFlow.js: a suite that
 * needs a process which has loaded nothing starts one.
 */
export const testProject = (name: string, { isolate = false } = {}) =>
  defineConfig({
    resolve: { conditions: ['@moekit/source'] },
    ssr: { resolve: { conditions: ['@moekit/source'], externalConditions: ['@moekit/source'] } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      environment: 'node',
      setupFiles,
      isolate,
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  });

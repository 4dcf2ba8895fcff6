import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

/**
 * MOEKIT_TEST_BACKEND_DIR names an installed TensorFlow backend to load; with MOEKIT_TEST_BACKEND=tensorflow the suites
 * then run on it where they otherwise run on wasm (see .ci/tensorflow.sh).
 */
const setupFiles = process.env['MOEKIT_TEST_BACKEND_DIR']
  ? [fileURLToPath(new URL('./vitest.tensorflow.ts', import.meta.url))]
  : [];

const SOURCE = {
  resolve: { conditions: ['@moekit/source'] },
  ssr: { resolve: { conditions: ['@moekit/source'], externalConditions: ['@moekit/source'] } },
};

interface ProjectOptions {
  /** A worker process for each suite. */
  readonly isolate?: boolean;
  /** Builds instead of sources, as Node loads them; a global setup has to build them. */
  readonly built?: boolean;
}

/**
 * One test project: sources instead of builds, one worker process per core, real backends are slow to start. The suites
 * of a project share these processes, for most of a short suite's time is the loading of TensorFlow.js: a suite that
 * needs a process which has loaded nothing starts one.
 */
export const testProject = (
  name: string,
  { isolate = false, built = false }: ProjectOptions = {},
) =>
  defineConfig({
    ...(!built && SOURCE),
    test: {
      name,
      include: ['test/**/*.test.ts'],
      environment: 'node',
      setupFiles,
      isolate,
      ...(built && { server: { deps: { external: [/\/(apps|packages)\/[^/]+\/dist\//] } } }),
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  });

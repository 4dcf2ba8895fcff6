import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

const results = process.env['MOEKIT_FUZZ_RESULTS'];

/** Readers of foreign files under mutated inputs, each in its own process: see README.md in this folder. */
export default defineConfig({
  ssr: { resolve: { conditions: ['@moekit/source'], externalConditions: ['@moekit/source'] } },
  resolve: { conditions: ['@moekit/source'] },
  test: {
    name: 'fuzz',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    maxConcurrency: availableParallelism(),
    testTimeout: 24 * 3_600_000,
    reporters: results ? ['verbose', ['json', { outputFile: results }]] : ['verbose'],
  },
});

import { defineConfig } from 'vitest/config';

const results = process.env['MOEKIT_RELEASE_RESULTS'];

/** Everything but the publishing itself: pack, look inside, install into empty projects, run what the docs print. */
export default defineConfig({
  test: {
    name: 'release',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    globalSetup: ['./pack.ts'],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
    reporters: results ? ['verbose', ['json', { outputFile: results }]] : ['verbose'],
  },
});

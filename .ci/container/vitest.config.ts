import { defineConfig } from 'vitest/config';

const results = process.env['MOEKIT_CONTAINER_RESULTS'];

/** The images of docker/: built by Docker where it works, else their steps run in a clean directory. */
export default defineConfig({
  test: {
    name: 'container',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    testTimeout: 900_000,
    hookTimeout: 900_000,
    reporters: results ? ['verbose', ['json', { outputFile: results }]] : ['verbose'],
  },
});

import { defineConfig } from 'vitest/config';

const results = process.env['MOEKIT_TEST_RESULTS'];

export default defineConfig({
  test: {
    globalSetup: ['./vitest.temporary-folder.ts'],
    maxWorkers: '100%', // Vitest leaves one core free, which is half of two
    projects: ['packages/*/vitest.config.ts', 'apps/*/vitest.config.ts', 'docs/vitest.config.ts'],
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
  },
});

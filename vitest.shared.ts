import { defineConfig } from 'vitest/config';

/** One test project: sources instead of builds, one worker process per core, real backends are slow to start. */
export const testProject = (name: string) =>
  defineConfig({
    resolve: { conditions: ['@moekit/source'] },
    ssr: { resolve: { conditions: ['@moekit/source'], externalConditions: ['@moekit/source'] } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      environment: 'node',
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  });

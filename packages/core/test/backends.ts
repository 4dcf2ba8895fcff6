import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@moekit/core/testing';
import { beforeAll, describe } from 'vitest';

/** Every suite that touches kernels runs once on each of these. */
export const backends = ['cpu', process.env['MOEKIT_TEST_BACKEND'] ?? 'wasm'] as const;

/** A describe block for each backend, which is made current, and asserted, before the tests. */
export function onEachBackend(title: string, suite: (backend: string) => void): void {
  describe.each(backends)(`${title} on %s`, (backend) => {
    beforeAll(() => useBackend(backend));
    suite(backend);
  });
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { getBackend } from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';

import { startBackend } from '../src/index.js';
import { BINDING, MANIFEST } from '../src/tensorflow/manifest.js';

afterEach(() => vi.unstubAllEnvs());

const VERSION = expect.stringMatching(/^\d+\.\d+\.\d+/) as string;

test.each([
  ['wasm', { '@tensorflow/tfjs': VERSION, '@tensorflow/tfjs-backend-wasm': VERSION }],
  ['cpu', { '@tensorflow/tfjs': VERSION }],
])('%s runs when it is asked for, with the versions of its packages', async (name, versions) => {
  await expect(startBackend(name)).resolves.toEqual({ name, versions });
  expect(getBackend()).toBe(name);
});

test('an unknown name is an error', async () => {
  await expect(startBackend('metal')).rejects.toMatchObject({ code: 'BACKEND_UNKNOWN' });
});

test('a TensorFlow that does not load is an error with its cause, and no other backend starts', async () => {
  await startBackend('cpu');
  const home = mkdtempSync(join(tmpdir(), 'moekit-start-'));
  try {
    vi.stubEnv('MOEKIT_HOME', home);
    writeBackend(join(home, 'backends', 'tensorflow-2.21.0-cpu'));
    await expect(startBackend('tensorflow')).rejects.toMatchObject({
      code: 'BACKEND_MISSING',
      cause: { code: 'BACKEND_LOAD' },
    });
    expect(getBackend()).toBe('cpu');
  } finally {
    rmSync(home, { recursive: true });
  }
});

/** A folder with the manifest of a backend and a file that is not a binding. */
function writeBackend(folder: string): void {
  const manifest = {
    ...{ schema: 1, name: 'tensorflow-2.21.0-cpu', tensorflow: '2.21.0', device: 'cpu' },
    ...{ platform: 'linux-x64', tfjsNode: '4.22.0', nodeApi: 8, wheels: [], cuda: {} },
    ...{ files: { [BINDING]: 3 }, installedAt: '2026-01-01T00:00:00.000Z', node: '20.20.0' },
    ...{ native: null, verified: null },
  };
  mkdirSync(dirname(join(folder, BINDING)), { recursive: true });
  writeFileSync(join(folder, BINDING), 'elf');
  writeFileSync(join(folder, MANIFEST), JSON.stringify(manifest));
}

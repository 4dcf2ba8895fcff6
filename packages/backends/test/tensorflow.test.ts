import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { BackendManifest } from '../src/tensorflow/manifest.js';
import { backendHome } from '../src/tensorflow/home.js';
import { bestInstalled, listInstalled } from '../src/tensorflow/list-installed.js';
import { BINDING, readManifest } from '../src/tensorflow/manifest.js';
import { loadTensorflow } from '../src/tensorflow/load.js';
import { setEnvironment } from '../src/tensorflow/set-environment.js';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'moekit-backends-'))));
afterEach(() => rmSync(home, { recursive: true }));

function install(name: string, change: Partial<BackendManifest> = {}): string {
  const manifest: BackendManifest = {
    ...{ schema: 1, name, tensorflow: '2.21.0', device: 'cpu', platform: 'linux-x64' },
    ...{ tfjsNode: '4.22.0', nodeApi: 8, wheels: [], cuda: {}, files: { [BINDING]: 3 } },
    ...{ installedAt: '2026-01-01T00:00:00.000Z', node: '20.20.0', native: null, verified: null },
    ...change,
  };
  write(join(home, name, BINDING), 'elf');
  write(join(home, name, 'manifest.json'), JSON.stringify(manifest));
  return join(home, name);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

describe('where backends live', () => {
  test.each([
    [{ MOEKIT_HOME: '/data' }, 'linux', '/data/backends'],
    [{ HOME: '/h' }, 'linux', '/h/.local/share/moekit/backends'],
    [{ HOME: '/h', XDG_DATA_HOME: '/x' }, 'linux', '/x/moekit/backends'],
    [{ HOME: '/h' }, 'darwin', '/h/Library/Application Support/moekit/backends'],
  ] as const)('%o on %s is %s', (env, platform, wanted) => {
    expect(backendHome(env, platform)).toBe(wanted);
  });
});

describe('installed backends', () => {
  test('a GPU comes before a CPU, a newer TensorFlow before an older, by number and not by letter', () => {
    install('tensorflow-2.9.0-cpu', { tensorflow: '2.9.0' });
    install('tensorflow-2.21.0-cpu');
    install('tensorflow-2.20.0-gpu', { tensorflow: '2.20.0', device: 'gpu' });
    expect(listInstalled(home).map(({ name }) => name)).toEqual([
      'tensorflow-2.20.0-gpu',
      'tensorflow-2.21.0-cpu',
      'tensorflow-2.9.0-cpu',
    ]);
  });

  test.each([
    ['a version that is a path', { tensorflow: '../../x' }],
    ['a name that is a path', { name: '/tmp/x' }],
    ['a file elsewhere', { files: { '../../outside': 3 } }],
    ['a file by an absolute path', { files: { '/etc/passwd': 3 } }],
    ['a size below nothing', { files: { missing: -1 } }],
  ] as const)('a manifest with %s is not one', (_, change) => {
    install('tensorflow-2.21.0-cpu', change);
    expect(bestInstalled(home)).toBeUndefined();
  });

  test('a folder without manifest, or with a file of wrong size, is listed last and never chosen', () => {
    mkdirSync(join(home, 'tensorflow-2.22.0-cpu'));
    write(join(install('tensorflow-2.23.0-cpu'), BINDING), 'truncated or not');
    expect(bestInstalled(home)).toBeUndefined();
    install('tensorflow-2.21.0-cpu');
    expect(bestInstalled(home)?.name).toBe('tensorflow-2.21.0-cpu');
    expect(listInstalled(home).map(({ problem }) => problem)).toEqual([
      null,
      expect.stringMatching(/manifest.json|wrong size/),
      expect.stringMatching(/manifest.json|wrong size/),
    ]);
  });

  test('half-made folders of the installer are not backends', () => {
    mkdirSync(join(home, '.staging-tensorflow-2.21.0-cpu'));
    expect(listInstalled(home)).toEqual([]);
    expect(listInstalled(join(home, 'nowhere'))).toEqual([]);
  });

  test('a manifest that is not one is an error that says how to repair it', () => {
    const dir = install('tensorflow-2.21.0-cpu');
    write(join(dir, 'manifest.json'), '{"schema": 1');
    expect(() => readManifest(dir)).toThrow(
      expect.objectContaining({
        code: 'BACKEND_INCOMPLETE',
        message: expect.stringMatching(/install/),
      }),
    );
  });

  test('loading what cannot be loaded is a coded error, not a stack trace of Node', async () => {
    await expect(loadTensorflow(join(home, 'none'))).rejects.toMatchObject({
      code: 'BACKEND_NOT_INSTALLED',
    });
    await expect(loadTensorflow(install('tensorflow-2.21.0-cpu'))).rejects.toMatchObject({
      code: 'BACKEND_LOAD',
    });
  });
});

describe('TensorFlow’s environment', () => {
  test('one GPU, memory as needed, no TF32, few log lines by default', () => {
    const env = {};
    setEnvironment(env, {});
    expect(env).toEqual({
      TF_CPP_MIN_LOG_LEVEL: '2',
      TF_FORCE_GPU_ALLOW_GROWTH: 'true',
      NVIDIA_TF32_OVERRIDE: '0',
      CUDA_VISIBLE_DEVICES: '0',
    });
  });

  test('an explicit choice wins; otherwise the exported variables stay', () => {
    const env = { CUDA_VISIBLE_DEVICES: '3', TF_CPP_MIN_LOG_LEVEL: '0' };
    setEnvironment(env, { tf32: true, memoryGrowth: false });
    expect(env).toMatchObject({
      TF_CPP_MIN_LOG_LEVEL: '0',
      TF_FORCE_GPU_ALLOW_GROWTH: 'false',
      NVIDIA_TF32_OVERRIDE: '1',
      CUDA_VISIBLE_DEVICES: '3',
    });
    setEnvironment(env, { device: 1 });
    expect(env.CUDA_VISIBLE_DEVICES).toBe('1');
  });
});

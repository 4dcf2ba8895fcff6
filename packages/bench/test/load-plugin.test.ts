import { copyFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { loadPlugin, registryOf } from '../src/index.js';

const none = registryOf([]);
const file = (name: string) => fileURLToPath(new URL(`plugins/${name}`, import.meta.url));

describe('loadPlugin', () => {
  test('a TypeScript file', async () => {
    expect(await loadPlugin(file('good.ts'), none)).toMatchObject({ name: 'good', apiVersion: 1 });
  });

  test('a file in a folder that has no node_modules', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'moekit-'));
    await copyFile(file('good.ts'), join(folder, 'alone.ts'));
    expect(await loadPlugin(join(folder, 'alone.ts'), none)).toMatchObject({ name: 'good' });
  });

  test('a registered name', async () => {
    const plugin = await loadPlugin(file('good.ts'), none);
    expect(await loadPlugin('good', registryOf([plugin]))).toBe(plugin);
  });

  test.each([
    ['missing.ts', 'BENCH_PLUGIN_FILE', /does not exist/],
    ['no-default.ts', 'BENCH_PLUGIN_EXPORT', /no default export/],
    ['no-contract.js', 'MOE_PLUGIN', /without apiVersion \(1\), options.*create/],
    ['throws.js', 'BENCH_PLUGIN_FILE', /first line\./],
  ])('%s gives %s', async (name, code, message) => {
    await expect(loadPlugin(file(name), none)).rejects.toThrowError(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test('a name that nobody knows', async () => {
    await expect(loadPlugin('no-such-router', none)).rejects.toThrowError(
      expect.objectContaining({ code: 'BENCH_ROUTER_UNKNOWN' }),
    );
  });
});

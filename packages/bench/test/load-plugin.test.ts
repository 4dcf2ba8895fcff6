import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { registryOf } from '../src/index.js';
import { loadPlugin } from '../src/plugins/load-plugin.js';

const none = registryOf([]);
const plugins = fileURLToPath(new URL('plugins/', import.meta.url));
const file = (name: string) => join(plugins, name);

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'moekit-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('loadPlugin', () => {
  test('a TypeScript file', async () => {
    expect(await loadPlugin(file('good.ts'), none)).toMatchObject({ name: 'good', apiVersion: 1 });
  });

  test('a file in a folder that has no node_modules', async () => {
    await copyFile(file('good.ts'), join(folder, 'alone.ts'));
    expect(await loadPlugin(join(folder, 'alone.ts'), none)).toMatchObject({ name: 'good' });
  });

  test('an export by name', async () => {
    expect(await loadPlugin(file('several.ts#second'), none)).toMatchObject({
      name: 'second',
    });
  });

  test('a folder under development, without a build', async () => {
    await mkdir(join(folder, 'src'));
    await copyFile(file('good.ts'), join(folder, 'src/index.ts'));
    expect(await loadPlugin(folder, none)).toMatchObject({ name: 'good' });
  });

  const withPackage = async (dir: string, json: object) => {
    await mkdir(join(dir, 'dist'), { recursive: true });
    await writeFile(join(dir, 'package.json'), JSON.stringify(json));
    const code = "export default { name: 'packed', apiVersion: 1, options: {'~standard': {validate() {}}}, create() {} };"; // prettier-ignore
    await writeFile(join(dir, 'dist/entry.js'), code);
  };

  test('a folder whose package.json says what it exports', async () => {
    await withPackage(folder, { name: '@me/packed', type: 'module', exports: './dist/entry.js' });
    expect(await loadPlugin(folder, none)).toMatchObject({ name: 'packed' });
  });

  test("a package of the user's project, not of moekit", async () => {
    const json = { name: 'acme-router', type: 'module', exports: './dist/entry.js' };
    await withPackage(join(folder, 'node_modules/acme-router'), json);
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder);
    try {
      expect(await loadPlugin('acme-router', none)).toMatchObject({ name: 'packed' });
    } finally {
      cwd.mockRestore();
    }
  });

  test('a registered name', async () => {
    const plugin = await loadPlugin(file('good.ts'), none);
    expect(await loadPlugin('good', registryOf([plugin!]))).toBe(plugin);
  });

  test.each([
    ['missing.ts', 'BENCH_PLUGIN_FILE', /does not exist/],
    ['', 'BENCH_PLUGIN_FILE', /must contain a router package/],
    ['no-default.ts', 'BENCH_PLUGIN_EXPORT', /no default export; it exports router.*#router/],
    ['several.ts#third', 'BENCH_PLUGIN_EXPORT', /no export third; it exports first, second/],
    ['good.ts#toString', 'BENCH_PLUGIN_EXPORT', /no export toString/],
    ['no-contract.js', 'MOE_PLUGIN', /without apiVersion \(1\), options.*create/],
    ['throws.js', 'BENCH_PLUGIN_FILE', /: first line\./],
  ])('%s gives %s', async (name, code, message) => {
    await expect(loadPlugin(file(name), none)).rejects.toThrowError(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test('an unknown name', async () => {
    await expect(loadPlugin('no-such-router', none)).rejects.toThrowError(
      expect.objectContaining({ code: 'BENCH_ROUTER_UNKNOWN' }),
    );
  });
});

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { emptyProject, npmInstall } from './empty-project.js';
import type { Registry } from './registry.js';
import { publishedRegistry } from './registry.js';
import { succeed } from './run.js';

/** The smallest comparison that still starts workers, trains and reports. */
const SMALL = ['--routers', 'switch', '--steps', '2', '--seeds', '1', '--backend', 'wasm', '--json', '--quiet']; // prettier-ignore

let registry: Registry;
beforeAll(async () => void (registry = await publishedRegistry('registry')));
afterAll(() => registry?.stop());

/** Labels of the rows, none of which failed. */
function rowsOf(json: string): string[] {
  const { rows } = JSON.parse(json) as { rows: { label: string; errors: unknown[] }[] };
  expect(rows.flatMap(({ errors }) => errors)).toEqual([]);
  return rows.map(({ label }) => label);
}

describe('from a registry', () => {
  let demo = '';

  it('npm create moekit@latest demo, npm i, npm test and npx moekit bench --router . work as printed', async () => {
    const { env } = registry;
    const cwd = await emptyProject('create');
    const shown = await succeed('npm', ['create', '--yes', 'moekit@latest', 'demo'], { cwd, env });
    expect(shown).toContain('npx moekit bench --router .');
    demo = join(cwd, 'demo');
    await npmInstall(demo, [], env);
    expect(await succeed('npm', ['test'], { cwd: demo, env })).toMatch(/Tests .*passed/);
    const json = await succeed('npx', ['moekit', 'bench', '--router', '.', ...SMALL], { cwd: demo, env }); // prettier-ignore
    expect(rowsOf(json)).toContain('demo');
  });

  it('moekit new router writes the same files', async () => {
    const cwd = await emptyProject('new');
    const moekit = join(demo, 'node_modules/.bin/moekit');
    await succeed(moekit, ['new', 'router', 'demo'], { cwd });
    for (const path of ['package.json', 'src/router.ts', 'README.md']) {
      expect(await readFile(join(cwd, 'demo', path), 'utf8')).toBe(await readFile(join(demo, path), 'utf8')); // prettier-ignore
    }
  });

  it('the package is published as generated, and compared by its npm name', async () => {
    const { env } = registry;
    await succeed('npm', ['pkg', 'set', 'name=moekit-router-demo'], { cwd: demo, env });
    await succeed('npm', ['publish', '--loglevel=error'], { cwd: demo, env });
    const cwd = await emptyProject('by-name');
    await npmInstall(cwd, ['moekit', 'moekit-router-demo'], env);
    const installed = await readdir(join(cwd, 'node_modules/moekit-router-demo'));
    expect(installed.sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const json = await succeed('npx', ['moekit', 'bench', '--router', 'moekit-router-demo?k=1', ...SMALL], { cwd, env }); // prettier-ignore
    expect(rowsOf(json)).toEqual(['dense', 'switch', 'demo(k=1)']);
  });
});

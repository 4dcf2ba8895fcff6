import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { emptyProject, npmInstall, typeCheck } from './empty-project.js';
import type { Registry } from './registry.js';
import { startRegistry } from './registry.js';
import { succeed } from './run.js';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));

/** The smallest comparison that still starts workers, trains and reports. */
const SMALL = ['--routers', 'switch', '--steps', '2', '--seeds', '1', '--backend', 'wasm', '--json', '--quiet']; // prettier-ignore

let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry(join(inject('scratch'), 'registry'));
  for (const { file } of inject('packages')) {
    await succeed('npm', ['publish', file, '--ignore-scripts', '--loglevel=error'], {
      cwd: inject('scratch'),
      env: registry.env,
    });
  }
});
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

  it('a moekit.config.ts with a router, a task and a sink is used by bench, sweep and train', async () => {
    const { env } = registry;
    const files = ['moekit.config.ts', 'tracker-sink.ts', 'sums.ts'];
    const texts = await Promise.all(files.map((name) => readFile(join(examples, 'config', name), 'utf8'))); // prettier-ignore
    const cwd = await emptyProject('config', {
      ...Object.fromEntries(files.map((name, i) => [name, texts[i]!.replace('../custom-router/', './')])), // prettier-ignore
      'router.ts': await readFile(join(examples, 'custom-router/router.ts'), 'utf8'),
      'package.json': JSON.stringify({ name: 'config', private: true, type: 'module' }),
      'sweep.json': JSON.stringify({ task: 'sums', routers: ['bias-balanced'], seeds: [1], training: { steps: 2, evaluations: 1 } }), // prettier-ignore
    });
    await npmInstall(cwd, ['moekit', '@types/node'], env);
    await typeCheck(cwd, 'moekit.config.ts', 'node');
    const server = await startTracker();
    const sent = { ...env, TRACKER_URL: server.url };
    const moekit = (...args: string[]) => succeed('npx', ['moekit', ...args, '--json', '--quiet'], { cwd, env: sent }); // prettier-ignore
    try {
      const small = ['--steps', '2', '--seeds', '1'];
      const bench = await moekit('bench', ...small);
      expect(rowsOf(bench)).toEqual(['dense', 'switch', 'bias-balanced(k=1)']);
      const sweep = await moekit('sweep', 'sweep.json', '--set', 'bias-balanced.k=1,2');
      expect(rowsOf(sweep)).toEqual([
        'bias-balanced [bias-balanced.k=1]',
        'bias-balanced [bias-balanced.k=2]',
      ]);
      expect(JSON.parse(await moekit('train', '--steps', '2', '--out', 'run'))).toMatchObject({ step: 2 }); // prettier-ignore
    } finally {
      server.close();
    }
    expect(server.paths.filter((path) => path === '/runs')).toHaveLength(6);
    expect(new Set(server.paths.filter((path) => path.endsWith('/events'))).size).toBe(6); // a run may send several times
    expect(server.paths.filter((path) => path.endsWith('/end'))).toHaveLength(6);
  });
});

/** A server such as experiment trackers have, which keeps the paths that it is sent. */
async function startTracker() {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url!);
    request.resume().on('end', () => response.end(String(paths.length)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, paths, close: () => server.close() };
}

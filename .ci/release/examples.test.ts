import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { chromium, headless } from './chromium.js';
import { lossesIn } from './empty-project.js';
import { installExample, renewLock } from './example.js';
import type { Registry } from './registry.js';
import { publishedRegistry } from './registry.js';
import { succeed } from './run.js';
import { startServer } from './server.js';

let registry: Registry;
beforeAll(async () => void (registry = await publishedRegistry('examples-registry')));
afterAll(() => registry?.stop());

const npm = (cwd: string, ...args: string[]) => succeed('npm', args, { cwd });

/** Checks its types with its own settings; without `skipLibCheck` none of the errors is of moekit or of the example. */
async function checkTypes(cwd: string): Promise<void> {
  await npm(cwd, 'run', 'typecheck');
  const command = 'npx tsc --noEmit --pretty false --skipLibCheck false || true';
  const errors = (await succeed('sh', ['-c', command], { cwd })).split('\n');
  const foreign = /^(\s|node_modules\/(@tensorflow|@webgpu|typescript|vite|vitest|@vitest)\/|$)/;
  expect(errors.filter((line) => !foreign.test(line))).toEqual([]);
}

/** Set by `npm run examples:lock`, which writes locks and tests nothing. */
const locking = process.env['MOEKIT_LOCK_EXAMPLES'] !== undefined;

describe.runIf(locking)('a new lock of', () => {
  const names = ['layer', 'layers-model', 'page', 'router', 'server', 'sweep'];
  it.each(names)('%s', (name) => renewLock(name, registry));
});

describe.skipIf(locking)(
  'examples, copied into an empty folder and installed from their locks',
  () => {
    it('layer: its loss falls, every token has an expert', async () => {
      const cwd = await installExample('layer', registry);
      await checkTypes(cwd);
      const stdout = await npm(cwd, 'start');
      const losses = lossesIn(stdout.slice(0, stdout.indexOf('tokens')));
      expect(losses).toHaveLength(5);
      expect(losses[4]).toBeLessThan(losses[0]! / 20);
      const counts = [...stdout.slice(stdout.indexOf('[')).matchAll(/\d+/g)].map(Number);
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(4 * 64);
    });

    it('layers-model: fits, saves, and loads the same model', async () => {
      const cwd = await installExample('layers-model', registry);
      await checkTypes(cwd);
      const stdout = await npm(cwd, 'start');
      const [, first, last] = /^loss (\S+) -> (\S+)$/m.exec(stdout)!;
      expect(Number(last)).toBeLessThan(Number(first) / 10);
      expect(Number(/after loading (\S+)/.exec(stdout)![1])).toBeLessThan(1e-6);
    });

    it('server: streams text from a run that it trained, and survives bad requests', async () => {
      const cwd = await installExample('server', registry);
      await checkTypes(cwd);
      await npm(cwd, 'run', 'train', '--', '--quiet');
      await npm(cwd, 'run', 'build');
      const server = await startServer(process.execPath, ['dist/main.js'], cwd);
      try {
        const ask = async (path: string) => (await fetch(server.url + path)).text();
        expect((await fetch(`${server.url}//`)).status).toBe(200);
        const response = await fetch(`${server.url}/?prompt=To%20be`);
        const pieces: string[] = [];
        const decoder = new TextDecoder();
        for await (const piece of response.body!) pieces.push(decoder.decode(piece as Uint8Array));
        expect(pieces.length).toBeGreaterThan(1);
        expect(pieces.join('')).toHaveLength(100); // bytes are its tokens
        expect(await Promise.all([ask('/?prompt=To%20be'), ask('/?prompt=To%20be')])).toEqual([
          pieces.join(''),
          pieces.join(''),
        ]);
      } finally {
        await server.stop();
      }
    });

    it('page: is built, and its built files show coloured text in Chromium', async () => {
      const cwd = await installExample('page', registry);
      await checkTypes(cwd);
      await npm(cwd, 'run', 'train', '--', '--quiet');
      await npm(cwd, 'run', 'build');
      if (!chromium) return;
      const vite = join(cwd, 'node_modules/vite/bin/vite.js');
      const flags = (port: number) => [vite, 'preview', '--host', '127.0.0.1', '--port', `${port}`];
      const server = await startServer(process.execPath, flags, cwd);
      try {
        const dom = await succeed(chromium, headless(server.url, join(cwd, 'profile')), { cwd });
        expect(dom).toContain('trained for 400 steps with the router threshold');
        const text = /<p id="text"[^>]*>([\s\S]*?)<\/p>/.exec(dom)![1]!;
        expect(text.match(/<span title="expert \d+: 0\.\d\d/g)).toHaveLength(
          'ROMEO: '.length + 200,
        );
        expect(new Set(text.match(/background: [^;]+/g)).size).toBeGreaterThan(4);
      } finally {
        await server.stop();
      }
    });

    it('router: passes the conformance suite, and its experiment compares all rows', async () => {
      const cwd = await installExample('router', registry);
      await checkTypes(cwd);
      expect(await npm(cwd, 'test')).toMatch(/Tests .*passed/);
      const small = ['--steps', '2', '--seeds', '1', '--backend', 'wasm', '--json', '--quiet'];
      expect(rowsOf(await npm(cwd, 'run', '--silent', 'bench', '--', ...small))).toHaveLength(5);
      const other = ['moekit', 'bench', '--config', 'not-causal.json', ...small];
      expect(rowsOf(await succeed('npx', other, { cwd }))).toHaveLength(3);
    });

    it('sweep: every run of the grid reaches the tracker', async () => {
      const cwd = await installExample('sweep', registry);
      await checkTypes(cwd);
      const tracker = await startServer(process.execPath, ['tracker.js'], cwd);
      try {
        const sweep = ['sweep', '--', '--set', 'training.steps=4', '--quiet'];
        const env = { TRACKER_URL: tracker.url };
        await succeed('npm', ['run', ...sweep], { cwd, env });
        const json = await readFile(join(cwd, 'results/results.json'), 'utf8');
        expect(rowsOf(json)).toHaveLength(3);
        const ended = /^sums .*loss-free.*: \d+ events, last loss \d\.\d+$/gm;
        expect(tracker.output().match(ended)).toHaveLength(6);
      } finally {
        await tracker.stop();
      }
    });
  },
);

/** Labels of the rows, none of which failed. */
function rowsOf(json: string): string[] {
  const { rows } = JSON.parse(json) as { rows: { label: string; errors: unknown[] }[] };
  expect(rows.flatMap(({ errors }) => errors)).toEqual([]);
  return rows.map(({ label }) => label);
}

import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { chromium, headless } from './chromium.js';
import { emptyProject, lossesIn, npmInstall, tarballs, typeCheck } from './empty-project.js';
import { commonJs, html, languageModelPage, layersModel, page, readmeProgram } from './programs.js';
import { succeed } from './run.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const TFJS = '@tensorflow/tfjs@4.22.0';
const canRequireModules =
  (process.features as { require_module?: boolean }).require_module === true;

function expectFalling(losses: readonly number[], count: number): void {
  expect(losses).toHaveLength(count);
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
}

it('Node, ES modules: the ten lines of the README compute, and type-check against the packed types', async () => {
  const program = await readmeProgram();
  const cwd = await emptyProject('node-esm', {
    'main.ts': program,
    'main.mjs': ts.transpile(program, { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }), // prettier-ignore
    'package.json': JSON.stringify({ name: 'node-esm', private: true, type: 'module' }),
  });
  await npmInstall(cwd, [...tarballs('@moekit/core', '@moekit/kernels', '@moekit/router-null-expert'), TFJS]); // prettier-ignore
  const printed = await succeed(process.execPath, ['main.mjs'], { cwd });
  expect(printed.match(/^Tensor$/gm)).toHaveLength(2); // the output, and who computed what
  expect(printed).not.toContain('NaN');
  await typeCheck(cwd, 'main.ts');
});

it.skipIf(!canRequireModules)(
  'Node, CommonJS: require() works on every Node that moekit supports',
  async () => {
    const cwd = await emptyProject('node-cjs', { 'main.cjs': commonJs });
    await npmInstall(cwd, [...tarballs('@moekit/core', '@moekit/kernels', '@moekit/router-topk'), TFJS]); // prettier-ignore
    expectFalling(lossesIn(await succeed(process.execPath, ['main.cjs'], { cwd })), 20);
  },
);

it('LayersModel: fit, save and load', async () => {
  const cwd = await emptyProject('layers-model', { 'main.mjs': layersModel });
  await npmInstall(cwd, [...tarballs('@moekit/core', '@moekit/kernels', '@moekit/router-threshold'), TFJS]); // prettier-ignore
  const [losses, [difference]] = split(await succeed(process.execPath, ['main.mjs'], { cwd }));
  expectFalling(losses, 10);
  expect(difference).toBeLessThan(1e-6);
});

function split(stdout: string): [number[], number[]] {
  const lines = stdout.split('\n');
  const of = (word: string) => lossesIn(lines.filter((line) => line.startsWith(word)).join('\n'));
  return [of('loss'), of('difference')];
}

// Skipped without Chromium: there is no browser to train in.
describe.skipIf(chromium === undefined)('Vite, in headless Chromium', () => {
  it('a page trains a layer for 20 steps, its loss falls', async () => {
    expectFalling(await lossesOfPage('vite-page', page), 20);
  });

  it('a page trains a language model for 20 steps, its loss falls', async () => {
    const losses = await lossesOfPage('vite-language-model', languageModelPage, '@moekit/data', '@moekit/files', '@moekit/models'); // prettier-ignore
    expectFalling(losses, 20);
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.9);
  });
});

/** Bundles a page from the packed files and reads the losses that it shows. */
async function lossesOfPage(
  name: string,
  script: string,
  ...more: readonly string[]
): Promise<number[]> {
  const cwd = await emptyProject(name, { 'index.html': html, 'main.js': script });
  const tfjs = ['core', 'backend-cpu'].map((part) => `@tensorflow/tfjs-${part}@4.22.0`);
  const vite = createRequire(join(root, 'package.json'))('vite/package.json') as { version: string }; // prettier-ignore
  const own = tarballs('@moekit/core', '@moekit/kernels', '@moekit/router-threshold', ...more);
  await npmInstall(cwd, [...own, ...tfjs, `vite@${vite.version}`]);
  const bin = join(cwd, 'node_modules/vite/bin/vite.js');
  await succeed(process.execPath, [bin, 'build', '--base', './'], { cwd });
  await expectNoNode(join(cwd, 'dist/assets'));
  const url = pathToFileURL(join(cwd, 'dist/index.html')).href;
  const dom = await succeed(chromium!, headless(url, join(cwd, 'profile')), { cwd });
  return lossesIn(/<pre id="losses">([^<]*)</.exec(dom)![1]!);
}

/** Vite puts a warning module in the place of Node's built-ins. */
async function expectNoNode(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    expect(await readFile(join(folder, file), 'utf8')).not.toMatch(
      /__vite-browser-external|from"node:/,
    );
  }
}

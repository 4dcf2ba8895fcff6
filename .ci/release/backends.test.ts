import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { backendHome, bestInstalled } from '@moekit/backends';
import ts from 'typescript';
import { beforeAll, expect, it } from 'vitest';

import { emptyProject, lossesIn, npmInstall, tarballs, typeCheck } from './empty-project.js';
import { tensorflowProgram } from './programs.js';
import { run, succeed } from './run.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const TFJS = ['tfjs', 'tfjs-backend-wasm'].map((name) => `@tensorflow/${name}@4.22.0`);

/** As .ci/tensorflow.sh installs it. */
const home = process.env['MOEKIT_HOME'] ?? join(root, '.ci/out/moekit');
const tensorflow = bestInstalled(backendHome({ MOEKIT_HOME: home }));

let cwd: string;

beforeAll(async () => {
  const source = await tensorflowProgram();
  const program = ts.transpile(source, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
  });
  cwd = await emptyProject('backends', {
    'main.ts': source,
    'tensorflow.mjs': program,
    'wasm.mjs': program.replace("'tensorflow'", "'wasm'"),
    'package.json': JSON.stringify({ name: 'backends', private: true, type: 'module' }),
  });
  const ours = ['backends', 'files', 'kernels', 'core', 'router-topk'];
  await npmInstall(cwd, [...tarballs(...ours.map((name) => `@moekit/${name}`)), ...TFJS]);
});

function expectTraining(stdout: string, backend: string): void {
  expect(stdout).toMatch(new RegExp(`^${backend} `));
  const losses = lossesIn(stdout.slice(stdout.indexOf('loss')));
  expect(losses).toHaveLength(20);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
}

it('the program of docs/install.md is short and type-checks against the packed types', async () => {
  const lines = (await tensorflowProgram()).split('\n').filter((line) => line.trim() !== '');
  expect(lines.length).toBeLessThan(20);
  await typeCheck(cwd, 'main.ts');
});

it('it starts wasm and trains a layer on it', async () => {
  expectTraining(await succeed(process.execPath, ['wasm.mjs'], { cwd }), 'wasm');
});

it.skipIf(tensorflow === undefined)(
  'it starts an installed TensorFlow and trains on it',
  async () => {
    const env = { MOEKIT_HOME: home };
    const stdout = await succeed(process.execPath, ['tensorflow.mjs'], { cwd, env });
    expectTraining(stdout, 'tensorflow');
    expect(stdout).toContain(tensorflow!.manifest!.tensorflow);
  },
);

it('without an installed TensorFlow it ends with the command that installs one', async () => {
  const env = { MOEKIT_HOME: join(cwd, 'empty') };
  const { code, stderr } = await run(process.execPath, ['tensorflow.mjs'], { cwd, env });
  expect(code).toBe(1);
  expect(stderr).toContain('BACKEND_MISSING');
  expect(stderr).toContain('moekit backend install tensorflow');
});

it('nothing of the benchmark is installed with it', async () => {
  expect(await readdir(join(cwd, 'node_modules/@moekit'))).toEqual([
    'backends',
    'core',
    'files',
    'kernels',
    'router-topk',
  ]);
  const names = await readdir(join(cwd, 'node_modules'));
  expect(names).not.toContain('linkedom');
  expect(names).not.toContain('@observablehq');
});

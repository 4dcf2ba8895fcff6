import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { emptyProject, lossesIn } from './empty-project.js';
import type { Registry } from './registry.js';
import { publishedRegistry } from './registry.js';
import { succeed } from './run.js';

const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const pnpm = join(modules, 'pnpm/bin/pnpm.cjs');
const yarn = join(modules, '@yarnpkg/cli-dist/bin/yarn.js');

let registry: Registry;
beforeAll(async () => void (registry = await publishedRegistry('package-managers-registry')));
afterAll(() => registry?.stop());

/** A layer that trains, with everything that it imports among the project's own dependencies. */
const PROGRAM = `
import { createRng, createRouter, FeedForwardExperts, MoELayer } from '@moekit/core';
import { startBackend } from '@moekit/backends';
import { switchRouter } from '@moekit/router-topk';
import * as tf from '@tensorflow/tfjs';

await startBackend('wasm');
const sizes = { modelWidth: 16, numExperts: 4, seed: 1 };
const layer = new MoELayer({
  router: createRouter(switchRouter, sizes),
  experts: new FeedForwardExperts({ ...sizes, expertWidth: 32 }),
});
const x = tf.randomNormal([64, 16], 0, 1, 'float32', 1);
const optimizer = tf.train.adam(1e-2);
for (let step = 0; step < 20; step++) {
  const loss = optimizer.minimize(() => {
    const { output } = layer.call(x, { training: true, rng: createRng(step) });
    return tf.losses.meanSquaredError(tf.reverse(x, 1), output);
  }, true);
  console.log('loss', loss.dataSync()[0]);
}
`;

/** TensorFlow.js 4.22 loads two packages that it does not ask for, which strict package managers refuse. */
const UNDECLARED = ['packageExtensions:', "  '@tensorflow/tfjs@*':", '    dependencies:', '      long: 4.0.0', '      seedrandom: ^3.0.5']; // prettier-ignore

/** A project with the command line, a router package and what they ask for as peers. */
const projectOf = (name: string, files: Readonly<Record<string, string>> = {}) => {
  const { version } = inject('packages')[0]!;
  const own = ['moekit', '@moekit/backends', '@moekit/core', '@moekit/router-topk'];
  const tfjs = ['tfjs', 'tfjs-core', 'tfjs-backend-wasm'].map((part) => `@tensorflow/${part}`);
  const dependencies = Object.fromEntries([
    ...own.map((dependency) => [dependency, `^${version}`]),
    ...tfjs.map((dependency) => [dependency, '4.22.0']),
  ]);
  const manifest = { name, version: '1.0.0', private: true, type: 'module', dependencies };
  const text = JSON.stringify(manifest);
  return emptyProject(name, { 'package.json': text, 'main.js': PROGRAM, ...files });
};

const SMALL = ['bench', '--routers', 'switch', '--steps', '2', '--seeds', '1', '--backend', 'wasm', '--json', '--quiet']; // prettier-ignore

function expectTraining(stdout: string): void {
  const losses = lossesIn(stdout.split('\n').filter((line) => /^loss/.test(line)).join('\n')); // prettier-ignore
  expect(losses).toHaveLength(20);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
}

/** A comparison, which starts processes of its own and loads routers by name. */
function expectRows(json: string): void {
  const { rows } = JSON.parse(json) as { rows: { label: string; errors: unknown[] }[] };
  expect(rows.flatMap(({ errors }) => errors)).toEqual([]);
  expect(rows.map(({ label }) => label)).toEqual(['dense', 'switch']);
}

describe('installed from a registry, a layer trains and a comparison runs, with', () => {
  it('npm, where a peer that does not fit is an error', async () => {
    const { env } = registry;
    const cwd = await projectOf('npm');
    const flags = ['--strict-peer-deps', '--prefer-offline', '--no-audit', '--no-fund'];
    await succeed('npm', ['install', '--loglevel=error', ...flags], { cwd, env });
    expectTraining(await succeed(process.execPath, ['main.js'], { cwd }));
    expectRows(await succeed('npx', ['moekit', ...SMALL], { cwd, env }));
  });

  it('pnpm, whose node_modules give a package only what it names', async () => {
    const settings = ['strictPeerDependencies: true', 'autoInstallPeers: false', 'nodeLinker: isolated', 'hoist: false', ...UNDECLARED]; // prettier-ignore
    const text = `${settings.join('\n')}\nstoreDir: ${join(inject('scratch'), 'pnpm')}\n`;
    const cwd = await projectOf('pnpm', { 'pnpm-workspace.yaml': text });
    const run = (...args: string[]) =>
      succeed(process.execPath, [pnpm, ...args], { cwd, env: registry.env });
    await run('install');
    expectTraining(await succeed(process.execPath, ['main.js'], { cwd }));
    expectRows(await run('exec', 'moekit', ...SMALL));
  });

  it.each(['node-modules', 'pnp'])('Yarn, linker %s', async (linker) => {
    const { env } = registry;
    const cwd = await projectOf(`yarn-${linker}`, {
      'yarn.lock': '',
      '.yarnrc.yml': settingsOfYarn(linker, env['npm_config_registry']!),
    });
    const run = (...args: string[]) => succeed(process.execPath, [yarn, ...args], { cwd, env });
    expect(await run('install')).not.toMatch(/YN0002|YN0060/); // a peer is missing, or does not fit
    expectTraining(await run('node', 'main.js'));
    expectRows(await run('run', 'moekit', ...SMALL));
  });
});

const settingsOfYarn = (linker: string, url: string) => `
nodeLinker: ${linker}
npmRegistryServer: ${url}
unsafeHttpWhitelist: ['127.0.0.1']
globalFolder: ${join(inject('scratch'), 'yarn')}
enableTelemetry: false
npmMinimalAgeGate: 0
${UNDECLARED.join('\n')}
enableImmutableInstalls: false
`;

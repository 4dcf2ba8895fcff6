import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { runInProcess } from '../in-process.js';
import { emptyFolder, moekit } from '../moekit.js';

test('an empty home is listed as such, with the command that fills it', async () => {
  const { code, stdout } = await moekit(['backend', 'list', '--dir', await emptyFolder()]);
  expect(code).toBe(0);
  expect(stdout).toContain('moekit backend install tensorflow');
});

test('a half-made backend is listed as a problem, as JSON too', async () => {
  const home = await emptyFolder();
  mkdirSync(join(home, 'backends', 'tensorflow-2.21.0-cpu'), { recursive: true });
  const { stdout } = await runInProcess(['backend', 'list', '--json', '--dir', home]);
  expect(JSON.parse(stdout)).toMatchObject([{ name: 'tensorflow-2.21.0-cpu', manifest: null }]);
});

test.each([
  ['another backend than tensorflow', ['install', 'webgpu'], 'CLI_USAGE', 'npm install webgpu'],
  ['a version that is none', ['install', 'tensorflow', '--tensorflow', '2'], 'CLI_USAGE', '2.21.0'],
  ['verifying nothing', ['verify'], 'BACKEND_NOT_INSTALLED', 'moekit backend install tensorflow'],
  ['removing nothing', ['remove', 'tensorflow'], 'BACKEND_NOT_INSTALLED', 'moekit backend list'],
])('%s is one line with a code and what to do', async (_, args, code, fix) => {
  const ended = await runInProcess(['backend', ...args, '--dir', await emptyFolder()]);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(new RegExp(`^error ${code}: .*${fix}.*\n$`));
});

test('a file that only has the name of a wheel is refused before anything is built', async () => {
  const home = await emptyFolder();
  const wheel = join(home, 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_17_x86_64.whl');
  writeFileSync(wheel, 'not a zip file');
  const args = ['backend', 'install', 'tensorflow', '--wheel', wheel, '--dir', home];
  const { code, stderr } = await runInProcess(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(/error BACKEND_(WHEEL|PLATFORM|PYTHON|COMPILER): /);
});

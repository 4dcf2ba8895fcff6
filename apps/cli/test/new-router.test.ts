import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { runInProcess } from './in-process.js';
import { moekit } from './moekit.js';

let cwd = '';
beforeEach(async () => (cwd = await mkdtemp(join(tmpdir(), 'moekit-new-'))));
afterEach(() => rm(cwd, { recursive: true, force: true }));

test('moekit new router demo writes a package and says what to type next', async () => {
  const { code, stdout, stderr } = await moekit(['new', 'router', 'demo'], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('  cd demo\n  npm i\n  npm test\n  npx moekit bench --router .\n');
  expect(await readdir(join(cwd, 'demo'))).toContain('package.json');
});

test.each([
  ['a name that npm refuses', ['new', 'router', 'My Router'], 'CREATE_NAME'],
  ['a folder with something in it', ['new', 'router', 'full'], 'CREATE_FOLDER'],
  ['no name', ['new', 'router'], 'CLI_USAGE'],
  ['nothing that is known', ['new', 'expert', 'demo'], 'CLI_USAGE'],
])('%s is one coded line, and nothing is written', async (_, args, expected) => {
  await mkdir(join(cwd, 'full'));
  await writeFile(join(cwd, 'full', 'mine.txt'), '');
  const { code, stdout, stderr } = await runInProcess(args, { cwd });
  expect(stderr).toMatch(new RegExp(`^error ${expected}: [^\\n]+\\n$`));
  expect([code, stdout, await readdir(cwd)]).toEqual([2, '', ['full']]);
});

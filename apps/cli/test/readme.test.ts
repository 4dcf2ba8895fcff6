import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { runInProcess } from './in-process.js';
import { emptyFolder, fixture, moekit, TINY } from './moekit.js';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const commands = [...readme.matchAll(/^npx moekit (.+)$/gm)].map(([, line]) => line!);

/** Flags that make each command small enough for a test. */
const SMALL: Readonly<Record<string, readonly string[]>> = {
  bench: [...TINY, '--workers', '2'],
  'layer-time': ['--tokens', '32', '--model-width', '8', '--expert-width', '4', '--repeats', '1'],
  train: [
    ...['--config', fixture('tiny-train.json')],
    ...['--set', 'data.source=book.txt', '--steps', '3'],
  ],
  eval: ['--batches', '1'],
  inspect: [],
  new: [],
  routers: [],
  tasks: [],
  experiments: [],
  doctor: [],
};

/** Commands that take minutes however small, which sweep.test.ts runs. */
const ELSEWHERE = ['sweep', 'report'];

/** Commands that need a network: hub.test.ts runs them against its own server. */
const REMOTE = /\bhf:/;

/** Commands that read what another one wrote. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  eval: ['train', '--out', 'runs/first', ...SMALL['train']!, '--router', 'threshold'],
  inspect: ['train', '--out', 'runs/first', ...SMALL['train']!],
};

test('the README shows every command', () => {
  expect(new Set(commands.map((line) => line.split(' ')[0]))).toEqual(
    new Set([...Object.keys(SMALL), ...ELSEWHERE]),
  );
});

const run = commands.filter(
  (line) => !ELSEWHERE.includes(line.split(' ')[0]!) && !REMOTE.test(line),
);

test.each(run)('npx moekit %s', { timeout: 180_000 }, async (line) => {
  const cwd = await emptyFolder();
  await copyFile(fixture('first-expert.ts'), join(cwd, 'my-router.ts'));
  await writeFile(join(cwd, 'book.txt'), 'To be, or not to be, that is the question. '.repeat(100));
  const [command, ...flags] = line.split(' ').map((word) => word.replaceAll('"', ''));
  if (FIRST[command!]) await runInProcess(FIRST[command!]!, { cwd });
  const { code, stderr, stdout } = await moekit([command!, ...flags, ...SMALL[command!]!], { cwd });
  expect([code, stderr.match(/^error .*/m)]).toEqual([0, null]);
  expect(stdout.length).toBeGreaterThan(100);
});

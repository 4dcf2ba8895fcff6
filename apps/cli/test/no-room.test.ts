import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { emptyFolder, fixture, moekit, program, TINY } from './moekit.js';

/** Runs moekit where no file gets longer than some blocks of 512 bytes: writing fails as on a full disk. */
async function withRoom(blocks: number, args: readonly string[], cwd: string) {
  const shell = `ulimit -f ${blocks}; exec "$0" "$@"`;
  const child = spawn('sh', ['-c', shell, process.execPath, program, ...args], { cwd });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { ...said, code };
}

test('a comparison that cannot be written is printed, and nothing half written stays', async () => {
  const cwd = await emptyFolder();
  const args = ['bench', ...TINY, '--quiet', '--json', '--out', 'run'];
  const { code, stdout, stderr } = await withRoom(4, args, cwd);
  expect(stderr).toMatch(/^error BENCH_OUTPUT: .*results\.json: EFBIG/m);
  expect(code).toBe(2);
  expect((JSON.parse(stdout) as { rows: unknown[] }).rows).toHaveLength(2);
  expect(readdirSync(cwd)).toEqual([]);

  writeFileSync(join(cwd, 'results.json'), stdout);
  const report = await withRoom(1, ['report', 'results.json', '--out', 'a/b'], cwd);
  expect([report.code, readdirSync(cwd)]).toEqual([2, ['results.json']]);
});

test('a folder that was made for a run without room is removed, with those made on the way, and no other', async () => {
  const cwd = await emptyFolder();
  writeFileSync(join(cwd, 'tiny.txt'), 'To be, or not to be, that is the question. '.repeat(100));
  mkdirSync(join(cwd, 'there'));
  const config = ['--config', fixture('tiny-train.json'), '--set', 'data.source=tiny.txt'];
  const train = ['train', ...config, '--quiet', '--no-log', '--steps', '1', '--out'];
  const sweep = ['sweep', fixture('tiny.json'), '--set', 'training.steps=2', '--quiet', '--out'];
  for (const [blocks, args] of [
    [1, [...train, 'a/b']],
    [0, [...sweep, 'c']],
  ] as const) {
    expect((await withRoom(blocks, args, cwd)).code, args[0]).toBe(2);
    expect(readdirSync(cwd).sort(), args[0]).toEqual(['there', 'tiny.txt']);
  }
  await withRoom(1, [...train, 'there'], cwd);
  expect(readdirSync(cwd)).toContain('there');
});

test('a sweep that cannot keep a trial ends with a code; so does training without room for its log', async () => {
  const cwd = await emptyFolder();
  const sweep = ['sweep', fixture('tiny.json'), '--set', 'training.steps=2', '--out', 'sweep'];
  const swept = await withRoom(1, sweep, cwd);
  expect(swept.stderr).toMatch(/^error BENCH_OUTPUT: /m);
  expect(swept.stderr).not.toContain('    at ');
  expect(readdirSync(join(cwd, 'sweep', 'trials'))).toEqual([]);

  writeFileSync(join(cwd, 'tiny.txt'), 'To be, or not to be, that is the question. '.repeat(100));
  const config = ['--config', fixture('tiny-train.json'), '--set', 'data.source=tiny.txt'];
  const train = ['train', ...config, '--steps', '6', '--log', '--out', 'run'];
  const trained = await withRoom(1, train, cwd);
  expect(trained.stderr).toMatch(/^error MODELS_LOG: .*EFBIG/m);
  expect(trained.code).toBe(2);
  expect((await moekit([...train, '--resume'], { cwd })).code).toBe(0);
  const log = readFileSync(join(cwd, 'run', 'events.jsonl'), 'utf8');
  expect(log.match(/"type":"step"/g)).toHaveLength(6);
});

test('a folder where a file is read is not a defect of moekit', async () => {
  const cwd = await emptyFolder();
  mkdirSync(join(cwd, 'run', 'results.json'), { recursive: true });
  const { stderr, code } = await moekit(['inspect', 'run'], { cwd });
  expect(stderr).toMatch(/^error BENCH_RESULTS: .*which is a folder/);
  expect(code).toBe(2);
});

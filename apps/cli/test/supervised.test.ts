import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import { emptyFolder, fixture, program } from './moekit.js';

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

async function until(what: () => boolean): Promise<void> {
  while (!what()) await wait(20);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** `moekit train` on a tiny text, with a router whose module does something to its process. */
async function train(does = '', steps = 100_000) {
  const cwd = await emptyFolder();
  writeFileSync(join(cwd, 'tiny.txt'), 'To be, or not to be, that is the question. '.repeat(100));
  const config = ['--config', fixture('tiny-train.json'), '--set', 'data.source=tiny.txt'];
  const router = ['--router', fixture('rude-router.mjs')];
  const often = ['--save-every', '3', '--set', 'training.evaluateEvery=99999'];
  const argv = ['train', ...config, ...router, ...often, '--steps', String(steps)];
  const env = { ...process.env, MOEKIT_TEST_DOES: does };
  const child = spawn(process.execPath, [program, ...argv, '--out', 'run'], { cwd, env });
  children.push(child);
  let said = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  const folder = join(cwd, 'run', 'checkpoints');
  const saved = () =>
    existsSync(folder) ? readdirSync(folder).filter((name) => /^step-/.test(name)) : [];
  const end = async () => ((await once(child, 'close')) as [number | null])[0];
  return { cwd, child, saved, end, said: () => said };
}

describe('a command under a supervisor', { timeout: 120_000 }, () => {
  test.skipIf(process.platform !== 'linux')(
    'that is killed before the process that works has started leaves none',
    async () => {
      const { child } = await train();
      const list = `/proc/${child.pid}/task/${child.pid}/children`;
      const inner = () => Number(readFileSync(list, 'utf8').trim());
      await until(() => inner() > 0);
      const pid = inner();
      child.kill('SIGKILL');
      await until(() => !isAlive(pid));
    },
  );

  test('takes signals that come at once for one, and saves', async () => {
    const { cwd, child, saved, end } = await train();
    await until(() => saved().length > 0);
    child.kill('SIGTERM');
    await wait(10);
    child.kill('SIGTERM');
    expect(await end()).toBe(143);
    expect(existsSync(join(cwd, 'run', '.lock'))).toBe(false);
  });

  test.each(['waits', 'loops at exit'])('ends where a plug-in %s', async (does) => {
    const { saved, end } = await train(does, 3);
    expect(await end()).toBe(0);
    expect(saved()).toEqual(['step-00000003']);
  });

  test.each(['disconnects', 'disconnects from inside'])(
    'saves where a plug-in %s',
    async (does) => {
      const { cwd, child, saved, end } = await train(does);
      await until(() => saved().length > 0);
      child.kill('SIGTERM');
      expect(await end()).toBe(143);
      expect(existsSync(join(cwd, 'run', '.lock'))).toBe(false);
    },
  );

  test('ends, and says why, where a plug-in removes listeners', async () => {
    const { child, saved, end, said } = await train('removes listeners');
    await until(() => saved().length > 0);
    child.kill('SIGTERM');
    expect(await end()).toBe(143);
    expect(said()).toMatch(/^error CLI_ENDED: .*no listener/m);
  });

  test('fails where a plug-in leaves with exit code 0', async () => {
    const { end, said } = await train('leaves late');
    expect(await end()).toBe(1);
    expect(said()).toMatch(/^error CLI_ENDED: .*exit code 0 before/m);
  });
});

import type { ChildProcess } from 'node:child_process';
import { fork, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { lock } from '../src/lock.js';
import { ownOutput } from '../src/own-output.js';
import { fixture } from './moekit.js';

let home: string;
const children: ChildProcess[] = [];
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'moekit-lock-'))));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(home, { recursive: true });
});

const path = () => join(home, '.lock');
const take = () => lock(path(), (holder) => new Error(`held by ${holder}`)).release;

/** A process that asks for the lock. */
function contender(how = 'idle'): ChildProcess {
  const child = fork(fixture('hold-lock.mjs'), [path(), how], { execArgv: [], silent: true });
  children.push(child);
  return child;
}

async function holder(how?: string): Promise<ChildProcess> {
  const child = contender(how);
  await once(child, 'message');
  return child;
}

test('a second taker learns who holds it; once released, it is free and its file gone', () => {
  const release = take();
  expect(take).toThrow(`held by process ${process.pid}`);
  release();
  expect(existsSync(path())).toBe(false);
  take()();
});

test.each(['idle', 'busy'])(
  'a process that is alive keeps it: %s, suspended, of any age',
  async (how) => {
    const child = await holder(how);
    child.kill('SIGSTOP');
    const longAgo = new Date(0);
    utimesSync(path(), longAgo, longAgo);
    expect(take).toThrow(`held by process ${child.pid}`);
    const ahead = new Date(Date.now() + 86_400_000);
    utimesSync(path(), ahead, ahead);
    expect(take).toThrow(`held by process ${child.pid}`);
  },
);

test('a killed process loses it at once', async () => {
  const child = await holder('busy');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(existsSync(path())).toBe(true);
  take()();
});

test.each([
  ['this process, as after the restart of a container', process.pid, hostname()],
  ['a living process that got the id of the holder', process.ppid, hostname()],
  ['another host, which had the folder before', 1, 'elsewhere'],
])('the content of a lock file decides nothing: %s', (_, pid, host) => {
  writeFileSync(path(), JSON.stringify({ pid, host }));
  take()();
});

test('of processes that find it abandoned at the same time, one gets it', async () => {
  for (let round = 0; round < 2; round++) {
    const dead = await holder();
    dead.kill('SIGKILL');
    await once(dead, 'exit');
    const all = Array.from({ length: 4 }, () => contender());
    const ends = await Promise.all(
      all.map(
        async (child) => (await Promise.race([once(child, 'message'), once(child, 'exit')]))[0],
      ),
    );
    expect(ends.toSorted()).toEqual([3, 3, 3, 'held']);
    for (const child of all) child.kill('SIGKILL');
    await Promise.all(all.map((child) => child.exitCode === null && once(child, 'exit')));
  }
});

test('where it cannot be had is a coded error, and nothing of it stays', () => {
  const shell = `ulimit -f 0; exec "$0" "$@"`; // as if there were no room
  const full = spawnSync('sh', ['-c', shell, process.execPath, fixture('hold-lock.mjs'), path()]);
  expect(String(full.stderr)).toContain('CLI_LOCK');
  expect(full.status).toBe(1);
  expect(existsSync(path())).toBe(false);
  mkdirSync(path());
  expect(take).toThrow(expect.objectContaining({ code: 'CLI_LOCK' }));
});

test('a link that somebody put in its place is not followed', () => {
  const notes = join(home, 'notes');
  writeFileSync(notes, 'mine');
  symlinkSync(notes, path());
  expect(take).toThrow(expect.objectContaining({ code: 'CLI_LOCK' }));
  expect(readFileSync(notes, 'utf8')).toBe('mine');
});

describe('an output folder', () => {
  test('has one run at a time, and is free after it, however it ended', async () => {
    const second = () => ownOutput(home, () => Promise.resolve('second'));
    const inside = ownOutput(home, async () => {
      await expect(second()).rejects.toMatchObject({ code: 'CLI_BUSY' });
      throw new Error('failed');
    });
    await expect(inside).rejects.toThrow('failed');
    expect(await second()).toBe('second');
    expect(existsSync(path())).toBe(false);
  });

  test('that was replaced is not written into, nor taken from its new owner', async () => {
    const folder = join(home, 'run');
    await ownOutput(folder, async (assertOwn) => {
      expect(assertOwn).not.toThrow();
      renameSync(folder, `${folder}-old`);
      expect(assertOwn).toThrow(expect.objectContaining({ code: 'CLI_GONE' }));
      await ownOutput(folder, async () => {
        expect(assertOwn).toThrow(expect.objectContaining({ code: 'CLI_GONE' }));
        await Promise.resolve();
      });
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, '.lock'), 'of another');
    });
    expect(readFileSync(join(folder, '.lock'), 'utf8')).toBe('of another');
  });

  test('is rid of what a killed run was writing, and of nothing else', async () => {
    const part = `results.json.${randomUUID()}.part`;
    mkdirSync(join(home, 'trials'));
    const [stale, mine] = [[join(home, part), join(home, 'trials', part)], join(home, 'a.part')];
    for (const file of [...stale, mine]) writeFileSync(file, '');
    const inside = await ownOutput(home, () =>
      Promise.resolve(stale.filter((file) => existsSync(file))),
    );
    expect(inside).toEqual([]);
    expect(existsSync(mine)).toBe(true);
  });
});

import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { lock } from '../src/lock.js';
import { ownOutput } from '../src/own-output.js';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'moekit-lock-'))));
afterEach(() => rmSync(home, { recursive: true }));

const path = () => join(home, '.lock');
const take = () => lock(path(), (holder) => new Error(`held by ${holder}`));

test('a second process is told who holds it', () => {
  const release = take();
  expect(take).toThrow(`held by process ${process.pid}`);
  release();
  take()();
});

test('the lock of a dead process is taken over at once', () => {
  writeFileSync(path(), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
  take()();
});

test('the lock of another machine is taken over when nobody renews it', () => {
  writeFileSync(path(), JSON.stringify({ pid: 1, host: 'elsewhere' }));
  expect(take).toThrow('held by process 1');
  const longAgo = new Date(Date.now() - 120_000);
  utimesSync(path(), longAgo, longAgo);
  take()();
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
});

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Countdown } from '../src/trial/countdown.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('ends after its seconds, counted from the last restart; not at all once it was ended', () => {
  const done = vi.fn();
  const countdown = new Countdown(60, done);
  vi.advanceTimersByTime(59_000);
  countdown.restart();
  vi.advanceTimersByTime(59_000);
  expect(done).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(done).toHaveBeenCalledOnce();
  const ended = vi.fn();
  new Countdown(0.5, ended).end();
  vi.advanceTimersByTime(10_000);
  expect(ended).not.toHaveBeenCalled();
});

test.skipIf(process.platform === 'win32')(
  'a process that was suspended has not waited',
  async () => {
    vi.useRealTimers();
    const program = fileURLToPath(new URL('fixtures/countdown.mjs', import.meta.url));
    const child = fork(program, { execArgv: [] });
    await once(child, 'message');
    child.kill('SIGSTOP');
    await wait(3000);
    let turns = 0;
    const ended = new Promise<unknown>((resolve) => {
      child.on('message', (word) => (word === 'turn' ? turns++ : resolve(word)));
    });
    child.kill('SIGCONT');
    expect(await ended).toBe('done');
    expect(turns).toBeGreaterThan(5);
  },
);

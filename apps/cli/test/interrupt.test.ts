import type { ChildProcess } from 'node:child_process';
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import { emptyFolder, fixture, program } from './moekit.js';
import { inTerminal, terminalLacks } from './terminal.js';

const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

/** The exit code, 128 + n where a signal ended it, as in a shell. */
async function endOf(child: ChildProcess): Promise<number> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + { SIGINT: 2, SIGKILL: 9, SIGTERM: 15, SIGHUP: 1 }[signal as 'SIGINT'];
}

async function until<T>(what: () => T | undefined): Promise<T> {
  for (;;) {
    const found = what();
    if (found !== undefined) return found;
    await wait(50);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The steps of the checkpoints in a folder. */
const steps = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder)
        .flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? [])
        .map(Number)
    : [];

const gone = (pid: number) => until(() => (isAlive(pid) ? undefined : true));
const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

test.skipIf(process.platform !== 'linux').each([
  ['SIGTERM', 143],
  ['SIGKILL', 137],
] as const)('%s ends kernel-times with the process that times', async (signal, code) => {
  const child = spawn(process.execPath, [program, 'kernel-times', '--backend', 'cpu'], {
    stdio: 'ignore',
  });
  children.push(child);
  const list = `/proc/${child.pid}/task/${child.pid}/children`;
  const inner = await until(() => Number(readFileSync(list, 'utf8').trim()) || undefined);
  await wait(500); // it has begun to work
  child.kill(signal);
  expect(await endOf(child)).toBe(code);
  await gone(inner);
});

describe('work until it is stopped', () => {
  async function stoppable(how = '') {
    const child = fork(fixture('stoppable.mjs'), [how], { execArgv: [] });
    children.push(child);
    await once(child, 'message');
    return child;
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends by itself after %s, whatever other listeners do', async (signal, code) => {
    const child = await stoppable();
    child.kill(signal);
    expect(await endOf(child)).toBe(code);
  });

  test('signals that come at once are one, as of a launcher and a terminal', async () => {
    const child = await stoppable();
    child.kill('SIGINT');
    await wait(10);
    child.kill('SIGINT');
    expect(await endOf(child)).toBe(130);
    expect(child.signalCode).toBeNull();
  });

  test('a second signal ends it at once, however busy it is', async () => {
    const child = await stoppable('deaf');
    child.kill('SIGINT');
    await once(child, 'message');
    child.kill('SIGINT');
    expect(await endOf(child)).toBe(130);
  });
});

/** `dense` ends after seconds; the worker of the other row hangs and listens to nothing. */
async function hangingBench() {
  const cwd = await emptyFolder();
  const routers = `dense,${fixture('hang-router.mjs')}`;
  const args = ['--config', fixture('tiny.json'), '--steps', '2', '--routers', routers];
  const argv = [program, 'bench', ...args, '--workers', '1', '--out', 'run'];
  const worker = async () => Number(await until(() => read(join(cwd, 'hanging')) || undefined));
  return { cwd, argv, worker };
}

const labels = (cwd: string) =>
  (JSON.parse(read(join(cwd, 'run', 'results.json'))!) as { rows: { label: string }[] }).rows.map(
    ({ label }) => label,
  );

describe('moekit bench', { timeout: 120_000 }, () => {
  test('SIGTERM keeps what is finished and ends a worker that listens to nothing', async () => {
    const { cwd, argv, worker } = await hangingBench();
    const child = spawn(process.execPath, argv, { cwd, stdio: 'ignore' });
    children.push(child);
    const pid = await worker();
    child.kill('SIGTERM');
    expect(await endOf(child)).toBe(143);
    await gone(pid);
    expect(labels(cwd)).toContain('dense');
    expect(existsSync(join(cwd, 'run', '.lock'))).toBe(false);
  });

  test('a worker whose parent is gone before it has started ends', async () => {
    const child = fork(join(program, '../../dist/worker.js'), {
      execArgv: [],
      stdio: 'ignore',
    });
    children.push(child);
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('killed, it leaves no worker, not even one that is busy', async () => {
    const { cwd, argv, worker } = await hangingBench();
    const child = spawn(process.execPath, argv, { cwd, stdio: 'ignore' });
    children.push(child);
    const pid = await worker();
    child.kill('SIGKILL');
    await gone(pid);
  });
});

describe('a router that never returns and ignores signals', { timeout: 120_000 }, () => {
  const config = ['--config', fixture('tiny-train.json'), '--set', 'data.source=tiny.txt'];
  const router = ['--router', fixture('stuck-router.mjs')];

  /** Starts a command whose router returns `calls` times. */
  function start(cwd: string, argv: readonly string[], calls = 0) {
    const env = { ...process.env, MOEKIT_TEST_CALLS: String(calls) };
    const child = spawn(process.execPath, [program, ...argv], { cwd, env });
    children.push(child);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
    const stuck = async () => Number(await until(() => read(join(cwd, 'stuck')) || undefined));
    return { child, stuck, said: () => said };
  }

  async function texts() {
    const cwd = await emptyFolder();
    writeFileSync(join(cwd, 'tiny.txt'), 'To be, or not to be, that is the question. '.repeat(100));
    return cwd;
  }

  const train = ['train', ...config, ...router, '--steps', '5', '--out', 'run'];

  test('one signal ends train, which says why; its folder is free', async () => {
    const cwd = await texts();
    const { child, stuck, said } = start(cwd, train);
    const pid = await stuck();
    child.kill('SIGTERM');
    expect(await endOf(child)).toBe(143);
    await gone(pid);
    expect(said()).toMatch(/^error CLI_ENDED: .*SIGTERM, and no response/m);
    const again = start(cwd, [...train, '--resume', ...router], 1000);
    expect(await endOf(again.child)).toBe(0);
  });

  test('a second signal ends train at once', async () => {
    const { child, stuck, said } = start(await texts(), train);
    const pid = await stuck();
    child.kill('SIGINT');
    await wait(600);
    child.kill('SIGINT');
    expect(await endOf(child)).toBe(130);
    await gone(pid);
    expect(said()).not.toContain('CLI_ENDED');
  });

  test('train that was killed takes the process that works with it', async () => {
    const { child, stuck } = start(await texts(), train);
    const pid = await stuck();
    child.kill('SIGKILL');
    await gone(pid);
  });

  test('train whose working process was killed, by a lack of memory say, tells it', async () => {
    const { child, stuck, said } = start(await texts(), train);
    process.kill(await stuck(), 'SIGKILL');
    expect(await endOf(child)).toBe(137);
    expect(said()).toMatch(/^error CLI_ENDED: .*signal SIGKILL/m);
  });

  test.skipIf(process.platform !== 'linux')(
    'train stands still while it is suspended, goes on when it is woken, and ends when it is killed then',
    async () => {
      const cwd = await texts();
      const many = ['train', ...config, '--steps', '100000', '--save-every', '1', '--out', 'run'];
      const { child } = start(cwd, many);
      const checkpoints = join(cwd, 'run', 'checkpoints');
      const last = () => Math.max(0, ...steps(checkpoints));
      await until(() => last() || undefined);
      child.kill('SIGSTOP');
      await wait(3000); // for the step it is in
      const then = last();
      await wait(1500);
      expect(last()).toBe(then);
      child.kill('SIGCONT');
      await until(() => (last() > then ? true : undefined));
      child.kill('SIGSTOP');
      const { pid } = JSON.parse(read(join(cwd, 'run', '.lock'))!) as { pid: number };
      child.kill('SIGKILL');
      await gone(pid);
    },
  );

  test('a signal ends eval', async () => {
    const cwd = await texts();
    expect(await endOf(start(cwd, train, 1000).child)).toBe(0);
    const { child, stuck } = start(cwd, ['eval', 'run', ...router]);
    const pid = await stuck();
    child.kill('SIGINT');
    expect(await endOf(child)).toBe(130);
    await gone(pid);
  });
});

describe.skipIf(terminalLacks)(`in a terminal ${terminalLacks ?? ''}`, { timeout: 120_000 }, () => {
  const terminal = (argv: readonly string[], cwd: string) => {
    const child = inTerminal([process.execPath, ...argv], cwd);
    children.push(child);
    child.stdout!.resume();
    return child;
  };

  test('Ctrl-C in bench keeps what is finished; nothing stays', async () => {
    const { cwd, argv, worker } = await hangingBench();
    const child = terminal(argv, cwd);
    const pid = await worker();
    child.stdin!.write('\x03');
    expect(await endOf(child)).toBe(130);
    await gone(pid);
    expect(labels(cwd)).toContain('dense');
    expect(existsSync(join(cwd, 'run', '.lock'))).toBe(false);
  });

  /** A run without end, after its first steps; its process is the one that has the lock. */
  async function training() {
    const cwd = await emptyFolder();
    writeFileSync(join(cwd, 'tiny.txt'), 'To be, or not to be, that is the question. '.repeat(100));
    const config = ['--config', fixture('tiny-train.json'), '--set', 'data.source=tiny.txt'];
    const steps = [
      '--steps',
      '100000',
      '--save-every',
      '3',
      '--set',
      'training.evaluateEvery=99999',
    ];
    const child = terminal([program, 'train', ...config, ...steps, '--out', 'run'], cwd);
    const { pid } = JSON.parse(await until(() => read(join(cwd, 'run', '.lock')) || undefined)) as {
      pid: number;
    };
    const saved = () => {
      const folder = join(cwd, 'run', 'checkpoints');
      return existsSync(folder) ? readdirSync(folder).filter((name) => /^step-/.test(name)) : [];
    };
    await until(() => saved()[0]);
    return { cwd, child, pid, saved, config };
  }

  test('Ctrl-C in train saves the step it is in, and the run resumes from there', async () => {
    const { cwd, child, saved } = await training();
    child.stdin!.write('\x03');
    expect(await endOf(child)).toBe(130);
    const step = Number(saved().sort().at(-1)!.slice(5));
    expect(existsSync(join(cwd, 'run', '.lock'))).toBe(false);
    const resumed = terminal([program, 'train', '--resume', '--out', 'run'], cwd);
    let said = '';
    resumed.stdout!.on('data', (chunk: Buffer) => (said += String(chunk)));
    await until(() => (said.includes(`resumed after step ${step}`) ? true : undefined));
    resumed.kill('SIGKILL'); // closes the terminal
    await until(() => (existsSync(join(cwd, 'run', '.lock')) ? undefined : true));
  });

  test('Ctrl-C ends train whose router never returns', async () => {
    const cwd = await emptyFolder();
    writeFileSync(join(cwd, 'tiny.txt'), 'To be, or not to be, that is the question. '.repeat(100));
    const config = ['--config', fixture('tiny-train.json'), '--set', 'data.source=tiny.txt'];
    const router = ['--router', fixture('stuck-router.mjs')];
    const child = terminal([program, 'train', ...config, ...router, '--out', 'run'], cwd);
    const pid = Number(await until(() => read(join(cwd, 'stuck')) || undefined));
    child.stdin!.write('\x03');
    expect(await endOf(child)).toBe(130);
    await gone(pid);
  });

  test('a closed window ends a run, with a checkpoint', async () => {
    const { cwd, child, pid } = await training();
    child.kill('SIGKILL');
    await gone(pid);
    expect(existsSync(join(cwd, 'run', '.lock'))).toBe(false);
  });
});

describe('an output that is no longer read', { timeout: 120_000 }, () => {
  test('ends a run, quietly and with a checkpoint', async () => {
    const cwd = await emptyFolder();
    writeFileSync(join(cwd, 'tiny.txt'), 'To be, or not to be, that is the question. '.repeat(100));
    const config = ['--config', fixture('tiny-train.json'), '--set', 'data.source=tiny.txt'];
    const argv = [program, 'train', ...config, '--steps', '100000', '--out', 'run'];
    const child = spawn(process.execPath, argv, { cwd });
    children.push(child);
    await once(child.stderr, 'data');
    child.stderr.destroy();
    child.stdout.destroy();
    expect(await endOf(child)).toBe(141);
    expect(readdirSync(join(cwd, 'run', 'checkpoints')).at(-1)).toMatch(/^step-/);
    expect(existsSync(join(cwd, 'run', '.lock'))).toBe(false);
  });

  test.skipIf(!existsSync('/dev/full'))('a full one is a coded error', async () => {
    const command = `"$0" "$1" --version > /dev/full`;
    const child = spawn('sh', ['-c', command, process.execPath, program]);
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
    expect(await endOf(child)).toBe(2);
    expect(said).toMatch(/^error CLI_OUTPUT: .*ENOSPC/);
  });
});

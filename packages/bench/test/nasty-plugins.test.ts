import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { lastValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { registryOf } from '../src/index.js';
import { describeError } from '../src/trial/describe-error.js';
import { loadPlugin } from '../src/plugins/load-plugin.js';
import { spawnTrial } from '../src/trial/spawn-trial.js';
import { inspectApart } from '../src/trial/inspect-apart.js';
import type { Job } from '../src/trial/messages.js';

/** A worker as in the command line, in few lines: what it is asked is decided by the test. */
const WORKER = `
process.once('message', async (message) => {
  const act = message.router ?? message.job.act;
  await new Function('process', 'return (async () => {' + act + '})()')(process);
});
process.send({ type: 'ready' });`;

let folder = '';
let entry = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moekit-nasty-'));
  entry = join(folder, 'worker.mjs');
  await writeFile(entry, WORKER);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Short for what hangs; what ends by itself has time to start, on a busy machine too. */
const limitOf = (code: string) => (code === 'BENCH_TIMEOUT' ? 2 : 60);

const trial = (act: string, timeout: number) =>
  lastValueFrom(spawnTrial({ act } as unknown as Job, entry, { timeout }));

describe('whatever a worker does is the error of its own row', () => {
  test.each([
    ['process.exit(0)', 'BENCH_WORKER', /exit code 0: something in it called process\.exit/],
    ['process.exit(3)', 'BENCH_WORKER', /exit code 3/],
    ['process.kill(process.pid, "SIGSEGV")', 'BENCH_WORKER', /signal SIGSEGV/],
    ['for (;;);', 'BENCH_TIMEOUT', /for 2 seconds.*--timeout/],
    ['process.on("SIGTERM", () => 0); for (;;);', 'BENCH_TIMEOUT', /for 2 seconds/],
    ['await new Promise(() => setInterval(() => 0, 9e5))', 'BENCH_TIMEOUT', /for 2 seconds/],
    ['process.send({ type: "what" })', 'BENCH_WORKER', /an invalid message/],
    ['process.send({ type: "done", trial: {} })', 'BENCH_WORKER', /an invalid message/],
    ['throw new Error("unheard")', 'BENCH_WORKER', /exit code 1 \(.*unheard/],
  ])('%s', async (act, code, says) => {
    const report = await trial(act, limitOf(code));
    expect(report).toMatchObject({ type: 'failed', error: { code } });
    expect(report.type === 'failed' && report.error.message).toMatch(says);
  });

  test('a look at a plug-in ends in the same way', async () => {
    const look = (router: string, timeout: number) =>
      inspectApart(entry, timeout).router({ router, options: [] });
    expect(await look('process.exit(0)', 60)).toMatchObject({ code: 'BENCH_WORKER' });
    expect(await look('for (;;);', 2)).toMatchObject({ code: 'BENCH_TIMEOUT' });
  });

  test('figures that are not finite arrive as they are', async () => {
    const progress = '{ step: 1, steps: 2, loss: Infinity, tokensPerSecond: NaN, secondsLeft: 1 }';
    const act = `process.send({ type: 'progress', progress: ${progress} }); setTimeout(() => process.exit(0), 200)`;
    const seen: unknown[] = [];
    await spawnTrial({ act } as unknown as Job, entry, { timeout: 60 }).forEach(
      (r) => void seen.push(r),
    );
    expect(seen[0]).toMatchObject({ progress: { loss: Infinity, tokensPerSecond: NaN } });
  });
});

describe('describeError', () => {
  test('bounds and cleans what foreign code throws', () => {
    expect(describeError(new Error('E'.repeat(5e6))).message.length).toBeLessThan(2100);
    expect(describeError(new Error('a\u001B[2J\n  b')).message).toBe('a[2J b');
    for (const thrown of [
      null,
      undefined,
      Symbol('s'),
      Object.create(null),
      {
        get name() {
          throw 1;
        },
      },
      5n,
    ]) {
      expect(describeError(thrown)).toMatchObject({ code: 'BENCH_TRIAL', message: /./ });
    }
    const forged = Object.assign(new Error('x'), { name: 'MoekitError', code: 7 });
    expect(describeError(forged)).toEqual({ code: 'BENCH_TRIAL', message: 'x' });
  });
});

describe('a module that adds to the prototypes', () => {
  test.each([
    ['(Object.prototype as any).evil = 1; export default 1;', 'Object.prototype.evil'],
    ['(Array.prototype as any).evil = 1; throw new Error("later");', 'Array.prototype.evil'],
  ])('%s', async (text, addition) => {
    const file = join(folder, `${addition}.ts`);
    await writeFile(file, text);
    await expect(loadPlugin(file, registryOf([]))).rejects.toThrowError(
      expect.objectContaining({
        code: 'BENCH_PLUGIN_FILE',
        message: expect.stringContaining(`adds ${addition}`),
      }),
    );
    expect('evil' in {} || 'evil' in []).toBe(false);
  });
});

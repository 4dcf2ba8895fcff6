import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

import { shareCores } from '@moekit/backends';
import { lastValueFrom } from 'rxjs';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';

import type { Job } from '../src/trial/messages.js';
import { spawnTrial } from '../src/trial/spawn-trial.js';

const THREADS = 'TF_NUM_INTRAOP_THREADS';
let folder: string;
let entry: string;

/** A worker that fails with what its environment says of threads. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'moekit-worker-'));
  entry = join(folder, 'worker.mjs');
  writeFileSync(
    entry,
    `process.once('message', () =>
      process.send({ type: 'failed', error: { code: 'TEST', message: process.env.${THREADS} } }, () => process.disconnect()));
    process.send({ type: 'ready' });`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

async function threadsOfWorker(atOnce: number): Promise<string | undefined> {
  const report = await lastValueFrom(spawnTrial({} as Job, entry, { atOnce }));
  return report.type === 'failed' ? report.error.message : undefined;
}

test('workers share the cores, each with one thread at least', async () => {
  vi.stubEnv(THREADS, undefined);
  expect(await threadsOfWorker(1)).toBe(String(availableParallelism()));
  expect(await threadsOfWorker(availableParallelism())).toBe('1');
  expect(shareCores(2, {}, 9)).toEqual({ [THREADS]: '4' });
  expect(shareCores(8, {}, 2)).toEqual({ [THREADS]: '1' });
});

test('a number of threads that the user has set stays', async () => {
  vi.stubEnv(THREADS, '3');
  expect(await threadsOfWorker(2)).toBe('3');
});

import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { createRng } from '@moekit/core';
import { expect, test } from 'vitest';

import { emptyFolder, fixture } from './moekit.js';

const KILLS = 25;
const STEPS = 24;

/** A process that has loaded everything, ready for a folder to train in. */
class WarmTraining {
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;

  constructor() {
    this.#child = fork(fixture('warm-train.mjs'), {
      execArgv: [], // not the conditions under which vitest reads sources
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#ready = new Promise((resolve, reject) => {
      this.#child.once('message', resolve);
      this.#child.once('exit', (code) => reject(new Error(`ended before it was asked: ${code}`)));
    });
    this.#ready.catch(() => undefined); // thrown by start
  }

  /** Starts or resumes a run; `ended` is the exit code, or the signal that ended the process. */
  async start(
    folder: string,
    training: object,
  ): Promise<{ ended: Promise<number | string>; kill(): void }> {
    await this.#ready;
    const ended = once(this.#child, 'exit').then(([code, signal]) => (code ?? signal) as number);
    this.#child.send({ folder, training });
    return { ended, kill: () => void this.#child.kill('SIGKILL') };
  }

  dispose(): void {
    this.#child.kill('SIGKILL');
  }
}

const finalBytes = (folder: string) => {
  const last = lastCheckpoint(folder)!;
  return [last, ...['tensors.safetensors', 'manifest.json'].map(readHex)];
  function readHex(file: string) {
    return readFileSync(join(folder, 'checkpoints', last, file), 'hex');
  }
};

const withoutTimes = (folder: string) =>
  readFileSync(join(folder, 'events.jsonl'), 'utf8').replaceAll(/"seconds":[^,}]+/g, '');

/** Kills runs of a training at random moments until there were so many deaths; each run ends as one that was never killed. */
async function killAndCompare(training: object, kills: number): Promise<string> {
  const cwd = await emptyFolder();
  const rng = createRng(7);
  const warm = [new WarmTraining(), new WarmTraining()];
  const take = () => {
    warm.push(new WarmTraining()); // loads while others train
    return warm.shift()!;
  };
  /** Kills until the run is done or has been killed often enough; then lets it end. */
  const killAndEnd = async (out: string, most: number, longest: number) => {
    const diedAt: (string | undefined)[] = [];
    while (diedAt.length < most) {
      const process = await take().start(join(cwd, out), training);
      await Promise.race([wait(rng.uniform() * longest), process.ended]);
      process.kill();
      const ended = await process.ended;
      if (ended === 0) return diedAt;
      expect(ended).toBe('SIGKILL');
      diedAt.push(lastCheckpoint(join(cwd, out)));
    }
    const last = await take().start(join(cwd, out), training);
    expect(await last.ended).toBe(0);
    return diedAt;
  };
  try {
    const started = performance.now();
    const whole = await take().start(join(cwd, 'whole'), training);
    expect(await whole.ended).toBe(0);
    const uninterrupted = performance.now() - started;
    const deaths: (string | undefined)[] = [];
    for (let i = 0; deaths.length < kills; i++) {
      deaths.push(...(await killAndEnd(`killed-${i}`, kills - deaths.length, uninterrupted / 3)));
      expect(finalBytes(join(cwd, `killed-${i}`))).toEqual(finalBytes(join(cwd, 'whole')));
      expect(withoutTimes(join(cwd, `killed-${i}`))).toBe(withoutTimes(join(cwd, 'whole')));
    }
    expect(new Set(deaths).size).toBeGreaterThan(Math.min(3, kills / 4)); // at different places
    return withoutTimes(join(cwd, 'whole'));
  } finally {
    for (const process of warm) process.dispose();
  }
}

test(
  `${KILLS} SIGKILLs at random moments: the same final bytes, and the same log`,
  { timeout: 300_000 },
  async () => {
    await killAndCompare({ steps: STEPS }, KILLS);
  },
);

test(
  'SIGKILLs of a run that stops early: it stops at the same step, for the same reason',
  { timeout: 300_000 },
  async () => {
    const patient = { steps: 40, evaluateEvery: 3, patience: 5, minImprovement: 100 };
    const log = await killAndCompare(patient, 8);
    expect(log.trim().split('\n').at(-1)).toMatch(/"type":"early-stop","step":18,/);
  },
);

function lastCheckpoint(folder: string): string | undefined {
  try {
    return readdirSync(join(folder, 'checkpoints'))
      .filter((name) => name.startsWith('step-'))
      .sort()
      .at(-1);
  } catch {
    return undefined; // killed before there was a folder
  }
}

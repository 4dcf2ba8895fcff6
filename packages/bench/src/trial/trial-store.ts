import { appendFile, mkdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';

import type { Outcome } from './run-trials.js';
import type { Manifest } from '../results/results-schema.js';
import { orUnwritable, writeWhole } from '../results/write-whole.js';
import type { Job } from './messages.js';
import { jobKey } from './job-key.js';
import { parseStored, renderStored } from './stored-trial.js';

/** The trials that a resumed sweep finds. */
export interface Found {
  /** Those that finished, as they would have ended now. */
  readonly kept: readonly Outcome[];
  /** Those whose files are not as they were written: they run again. */
  readonly discarded: readonly Job[];
}

/**
 * The trials of a sweep on disk: `trials/KEY.json`, each whole or absent, and `trials.jsonl`, a line for every trial that
 * started, ended or was found again.
 */
export class TrialStore {
  readonly #folder: string;
  readonly #manifest: Manifest;

  constructor(folder: string, manifest: Manifest) {
    this.#folder = folder;
    this.#manifest = manifest;
  }

  /** The trials that finished before; failed ones are not among them: they run again. @throws BENCH_OUTPUT */
  async find(jobs: readonly Job[]): Promise<Found> {
    await this.#wholeLines();
    const kept: Outcome[] = [];
    const discarded: Job[] = [];
    for (const job of jobs) {
      const bytes = await this.#read(job);
      if (!bytes) continue;
      const stored = parseStored(bytes, jobKey(job, this.#manifest));
      if (stored?.error) continue;
      if (stored?.trial) {
        kept.push({ type: 'done', job, trial: { ...stored.trial, label: job.label } });
      } else discarded.push(job);
      await this.log(stored?.trial ? 'kept' : 'discarded', job);
    }
    return { kept, discarded };
  }

  /** Records how a trial ended, before anything else is done with it. @throws BENCH_OUTPUT */
  async save(outcome: Outcome): Promise<void> {
    const { job } = outcome;
    const key = jobKey(job, this.#manifest);
    const stored =
      outcome.type === 'done'
        ? { key, id: job.id, trial: outcome.trial, error: null }
        : { key, id: job.id, trial: null, error: outcome.error };
    const trials = join(this.#folder, 'trials');
    await orUnwritable(trials, () => mkdir(trials, { recursive: true }));
    await writeWhole(this.#file(job), renderStored(stored));
    await this.log(outcome.type, job);
  }

  /** Adds a line to the log. @throws BENCH_OUTPUT */
  async log(event: 'started' | 'kept' | 'discarded' | Outcome['type'], job: Job): Promise<void> {
    const line = { event, id: job.id, key: jobKey(job, this.#manifest) };
    const log = join(this.#folder, 'trials.jsonl');
    await orUnwritable(log, () => appendFile(log, `${JSON.stringify(line)}\n`));
  }

  /** Removes a line of the log that a kill cut off. @throws BENCH_OUTPUT */
  async #wholeLines(): Promise<void> {
    const log = join(this.#folder, 'trials.jsonl');
    const bytes = await readFile(log).catch(() => Buffer.alloc(0));
    const whole = bytes.lastIndexOf('\n') + 1;
    if (whole < bytes.length) await orUnwritable(log, () => truncate(log, whole));
  }

  /** Undefined where there is none; one that cannot be read does not cause a second training. */
  #read(job: Job): Promise<Buffer | undefined> {
    const file = this.#file(job);
    return orUnwritable(file, () =>
      readFile(file).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
    );
  }

  #file(job: Job): string {
    return join(this.#folder, 'trials', `${jobKey(job, this.#manifest)}.json`);
  }
}

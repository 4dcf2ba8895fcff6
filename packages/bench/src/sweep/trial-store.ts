import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Outcome } from '../results/collect.js';
import type { Manifest } from '../results/results-schema.js';
import { writeWhole } from '../results/write-whole.js';
import type { Job } from '../trial/messages.js';
import { jobKey } from './job-key.js';
import { parseStored, renderStored } from './stored-trial.js';

/** What a sweep that goes on finds of its trials. */
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

  /** The trials that finished before; failed ones are not among them: they run again. */
  async find(jobs: readonly Job[]): Promise<Found> {
    const kept: Outcome[] = [];
    const discarded: Job[] = [];
    for (const job of jobs) {
      const bytes = await readFile(this.#file(job)).catch(() => undefined);
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
    await mkdir(join(this.#folder, 'trials'), { recursive: true });
    await writeWhole(this.#file(job), renderStored(stored));
    await this.log(outcome.type, job);
  }

  /** Adds a line to the log. */
  async log(event: 'started' | 'kept' | 'discarded' | Outcome['type'], job: Job): Promise<void> {
    const line = { event, id: job.id, key: jobKey(job, this.#manifest) };
    await appendFile(join(this.#folder, 'trials.jsonl'), `${JSON.stringify(line)}\n`);
  }

  #file(job: Job): string {
    return join(this.#folder, 'trials', `${jobKey(job, this.#manifest)}.json`);
  }
}

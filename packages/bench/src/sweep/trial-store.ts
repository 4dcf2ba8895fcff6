import { appendFile, mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import type { Outcome } from '../results/collect.js';
import type { Manifest } from '../results/results-schema.js';
import { trialSchema } from '../results/trial-schema.js';
import { writeWhole } from '../results/write-whole.js';
import type { Job } from '../trial/messages.js';
import { trialErrorSchema } from '../trial/messages.js';
import { jobKey } from './job-key.js';

const storedSchema = z.object({
  key: z.string(),
  id: z.string(),
  trial: trialSchema.nullable(),
  error: trialErrorSchema.nullable(),
});

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

  /** The trials that finished before, as they would have ended now; failed ones are not among them: they run again. */
  async finished(jobs: readonly Job[]): Promise<readonly Outcome[]> {
    const files = new Set(await readdir(join(this.#folder, 'trials')).catch(() => [] as string[]));
    const outcomes: Outcome[] = [];
    for (const job of jobs) {
      const key = jobKey(job, this.#manifest);
      if (!files.has(`${key}.json`)) continue;
      const trial = await this.#read(key);
      if (!trial) continue;
      outcomes.push({ type: 'done', job, trial: { ...trial, label: job.label } });
      await this.log('kept', job);
    }
    return outcomes;
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
    await writeWhole(join(this.#folder, 'trials', `${key}.json`), `${JSON.stringify(stored)}\n`);
    await this.log(outcome.type, job);
  }

  /** Adds a line to the log. */
  async log(event: 'started' | 'kept' | Outcome['type'], job: Job): Promise<void> {
    const line = { event, id: job.id, key: jobKey(job, this.#manifest) };
    await appendFile(join(this.#folder, 'trials.jsonl'), `${JSON.stringify(line)}\n`);
  }

  /** Undefined for a file that is damaged or of another version, and for a trial that failed. */
  async #read(key: string) {
    try {
      const text = await readFile(join(this.#folder, 'trials', `${key}.json`), 'utf8');
      return storedSchema.parse(JSON.parse(text)).trial ?? undefined;
    } catch {
      return undefined;
    }
  }
}

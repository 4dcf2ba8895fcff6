import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { fail } from '../../errors.js';
import { readManifest } from './read-checkpoint.js';
import type { CheckpointState } from './save-checkpoint.js';
import { PART, saveCheckpoint } from './save-checkpoint.js';
import type { Described, Found, Retention, StoredCheckpoint } from './search.js';
import { bestFirst, faultOf, firstWhole } from './search.js';

const NAME = /^step-(\d{8,})$/;

/** The checkpoints of one run, a folder each: `step-00000100`. */
export class CheckpointFolder {
  readonly path: string;
  readonly #retention: Required<Pick<Retention, 'keep'>> & Retention;

  constructor(path: string, retention: Retention = {}) {
    this.path = path;
    this.#retention = { keep: 3, ...retention };
  }

  /** By step, oldest first; empty where the folder does not exist. */
  async list(): Promise<StoredCheckpoint[]> {
    const found = (await names(this.path)).flatMap((name) => {
      const step = NAME.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), path: join(this.path, name) }];
    });
    return found.sort((a, b) => a.step - b.step);
  }

  async latest(): Promise<StoredCheckpoint | undefined> {
    return (await this.list()).at(-1);
  }

  /** The last one of which every byte is as it was written, and those after it, which are not. */
  async latestWhole(): Promise<Found> {
    return firstWhole((await this.list()).toReversed());
  }

  /** The best by the retention's figure, the earlier of equals; `undefined` before the first evaluation. */
  async best(): Promise<StoredCheckpoint | undefined> {
    return bestFirst(await this.#described(), this.#retention.best)[0];
  }

  /** The same as far as every byte is as it was written; broken are all whose manifest is, and better ones. */
  async bestWhole(): Promise<Found> {
    const all = await this.#described();
    const unknown = all.filter(({ manifest }) => manifest === undefined);
    return firstWhole([...unknown, ...bestFirst(all, this.#retention.best)]);
  }

  /**
   * For a run that starts: makes the folder, clears away what a killed process left unfinished.
   * @throws MODELS_CHECKPOINT_EXISTS when it holds checkpoints already, MODELS_CHECKPOINT_WRITE
   */
  async begin(): Promise<void> {
    const latest = await this.latest();
    if (latest) {
      throw fail('MODELS_CHECKPOINT_EXISTS', {
        asked: `${this.path} already has checkpoints, the latest of step ${latest.step}`,
        fix: 'Choose another folder, or resume that run with --resume.',
      });
    }
    await this.clean();
  }

  /** Makes the folder and clears away unfinished checkpoints. @throws MODELS_CHECKPOINT_WRITE */
  async clean(): Promise<void> {
    try {
      await mkdir(this.path, { recursive: true });
      const parts = (await names(this.path)).filter((name) => name.startsWith(PART));
      for (const name of parts) await rm(join(this.path, name), { recursive: true, force: true });
    } catch (cause) {
      throw fail('MODELS_CHECKPOINT_WRITE', {
        asked: `Cannot write checkpoints to ${this.path}: ${(cause as Error).message}`,
        fix: 'Choose a writable folder.',
        cause,
      });
    }
  }

  /**
   * Saves one and removes those that need not be kept; where there is a whole one of this step, it stays as it is.
   * @throws MODELS_CHECKPOINT_WRITE
   */
  async save(state: CheckpointState): Promise<StoredCheckpoint> {
    const { step } = state.optimiser;
    const path = join(this.path, `step-${String(step).padStart(8, '0')}`);
    const there = (await this.list()).find((stored) => stored.step === step);
    const broken = there && (await faultOf(path)) !== undefined;
    if (broken) await this.#remove(there);
    if (!there || broken) await saveCheckpoint(path, state);
    await this.#prune();
    return { step, path };
  }

  /** Of those that can be read the last ones stay; a broken one counts for none of them. */
  async #prune(): Promise<void> {
    const all = await this.#described();
    const best = bestFirst(all, this.#retention.best)[0];
    const readable = all.filter(({ manifest }) => manifest !== undefined);
    const oldest = readable.at(-this.#retention.keep)?.step ?? 0;
    for (const stored of all) {
      if (stored.step < oldest && stored.step !== best?.step) await this.#remove(stored);
    }
  }

  async #remove({ path, step }: StoredCheckpoint): Promise<void> {
    const gone = join(this.path, `${PART}old-${step}`); // a kill meanwhile leaves no half of a checkpoint
    await rename(path, gone);
    await rm(gone, { recursive: true, force: true });
  }

  async #described(): Promise<Described[]> {
    const described: Described[] = [];
    for (const stored of await this.list()) {
      const manifest = await readManifest(stored.path).catch(() => undefined);
      described.push({ ...stored, manifest });
    }
    return described;
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fail('MODELS_CHECKPOINT_MISSING', {
      asked: `Cannot read checkpoints from ${folder}: ${(error as Error).message}`,
      fix: 'Give the folder of a run or of its checkpoints.',
      cause: error,
    });
  }
}

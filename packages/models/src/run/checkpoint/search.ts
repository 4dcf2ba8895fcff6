import { isMoekitError } from '@moekit/core';

import type { Metric } from '../../task.js';
import type { CheckpointManifest } from './manifest.js';
import { openCheckpoint } from './read-checkpoint.js';

export interface Retention {
  /** How many of the last ones stay. Default 3. */
  readonly keep?: number;
  /** The best by this figure of its evaluation stays too. */
  readonly best?: Pick<Metric, 'name' | 'better'>;
}

/** One checkpoint of a run. */
export interface StoredCheckpoint {
  readonly step: number;
  readonly path: string;
}

/** A checkpoint that is there and cannot be read. */
export interface BrokenCheckpoint extends StoredCheckpoint {
  /** Why not. */
  readonly error: Error;
}

/** The first whole checkpoint of those that were looked through, with the broken ones before it. */
export interface Found {
  readonly whole: StoredCheckpoint | undefined;
  readonly broken: readonly BrokenCheckpoint[];
}

/** Looks through checkpoints in turn until every byte of one is as it was written. */
export async function firstWhole(candidates: readonly StoredCheckpoint[]): Promise<Found> {
  const broken: BrokenCheckpoint[] = [];
  for (const stored of candidates) {
    const error = await faultOf(stored.path);
    if (!error) return { whole: stored, broken };
    broken.push({ ...stored, error });
  }
  return { whole: undefined, broken };
}

/** Why a checkpoint cannot be read; `undefined` when it can. */
export async function faultOf(path: string): Promise<Error | undefined> {
  try {
    const { tensors } = await openCheckpoint(path);
    await tensors.close();
    return undefined;
  } catch (error) {
    if (isMoekitError(error)) return error;
    throw error;
  }
}

/** A checkpoint with what it says of itself; nothing where that cannot be read. */
export type Described = StoredCheckpoint & { readonly manifest: CheckpointManifest | undefined };

/** Those that were evaluated and can be read, the earlier of equals first. */
export function bestFirst(all: readonly Described[], best: Retention['best']): StoredCheckpoint[] {
  const rated = all.flatMap(({ step, path, manifest }) => {
    const evaluation = manifest?.evaluation;
    const value = best && evaluation?.step === step ? evaluation.metrics[best.name] : undefined;
    return value === undefined || Number.isNaN(value) ? [] : [{ step, path, value }];
  });
  const sign = best?.better === 'lower' ? 1 : -1;
  rated.sort((a, b) => (a.value === b.value ? 0 : sign * (a.value - b.value)));
  return rated.map(({ step, path }) => ({ step, path }));
}

import type { Job, Outcome, PoolEvent } from '@moekit/bench';
import { runTrials, spawnTrial } from '@moekit/bench';
import { concatMap, lastValueFrom, share, takeUntil, tap } from 'rxjs';

import type { StopSignal } from '../interrupt.js';
import { stopSignals } from '../interrupt.js';
import type { Shown } from '../output/progress-state.js';
import { showProgress } from '../output/show-progress.js';

export interface RunAllOptions extends Shown {
  readonly workers: number;
  readonly quiet: boolean;
  /** Sees each event before it counts: what it writes is written when a trial has ended. */
  readonly record?: (event: PoolEvent) => Promise<void>;
}

/** Runs every job in a process of its own, showing progress; Ctrl-C stops, and what has ended is kept. */
export async function runAll(
  jobs: readonly Job[],
  { workers, quiet, record, ...shown }: RunAllOptions,
): Promise<{ outcomes: readonly Outcome[]; signal: StopSignal | undefined }> {
  const outcomes: Outcome[] = [];
  let signal: StopSignal | undefined;
  const stop = stopSignals().pipe(tap((caught) => (signal = caught)));
  const entry = new URL('../worker.js', import.meta.url);
  const atOnce = Math.min(workers, jobs.length);
  const events = runTrials(jobs, workers, (job) => spawnTrial(job, entry, atOnce)).pipe(
    takeUntil(stop),
    concatMap(async (event) => {
      await record?.(event);
      return event;
    }),
    tap((event: PoolEvent) => {
      if (event.type === 'done' || event.type === 'failed') outcomes.push(event);
    }),
    share(),
  );
  const progress = quiet ? undefined : showProgress(events, shown);
  await lastValueFrom(events, { defaultValue: undefined });
  progress?.unsubscribe();
  return { outcomes, signal };
}

import type { Job, Outcome, PoolEvent } from '@moekit/bench';
import { runTrials, spawnTrial } from '@moekit/bench';
import { catchError, concatMap, EMPTY, lastValueFrom, share, takeUntil, tap } from 'rxjs';

import type { Stop } from '../interrupt.js';
import type { Shown } from '../output/progress-state.js';
import { showProgress } from '../output/show-progress.js';

export interface RunAllOptions extends Shown {
  readonly workers: number;
  readonly quiet: boolean;
  readonly stop: Stop;
  /** Sees each event before it counts: what it writes is written when a trial has ended. */
  readonly record?: (event: PoolEvent) => Promise<void>;
}

/** Runs every job in a process of its own, showing progress; `stop` ends those that run, and what has ended is kept. */
export async function runAll(
  jobs: readonly Job[],
  { workers, quiet, stop, record, ...shown }: RunAllOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const entry = new URL('../worker.js', import.meta.url);
  const atOnce = Math.min(workers, jobs.length);
  const events = runTrials(jobs, workers, (job) => spawnTrial(job, entry, atOnce)).pipe(
    takeUntil(stop.asked),
    concatMap(async (event) => {
      await record?.(event);
      return event;
    }),
    tap((event: PoolEvent) => {
      if (event.type === 'done' || event.type === 'failed') outcomes.push(event);
    }),
    share(),
  );
  const seen = events.pipe(catchError(() => EMPTY)); // thrown below
  const progress = quiet ? undefined : showProgress(seen, shown);
  try {
    await lastValueFrom(events, { defaultValue: undefined });
  } finally {
    progress?.unsubscribe();
  }
  return outcomes;
}

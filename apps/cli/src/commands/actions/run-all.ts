import type { Job, Outcome, PoolEvent, Prepared } from '@moekit/bench';
import { parts, runByEngine, runTrials } from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';
import { catchError, concatMap, EMPTY, lastValueFrom, of, share, takeUntil, tap } from 'rxjs';
import type { DependencyContainer } from 'tsyringe';

import type { Stop } from '../../interrupt.js';
import type { Shown } from '../../output/progress-state.js';
import { showProgress } from '../../output/show-progress.js';

export interface RunAllOptions extends Shown {
  readonly application: DependencyContainer;
  readonly workers: number;
  readonly quiet: boolean;
  readonly stop: Stop;
  /** Seconds without progress after which a trial is ended. */
  readonly timeout?: number | undefined;
  readonly unusable: Prepared['unusable'];
  /** Sees each event before it counts: what it writes is written when a trial has ended. */
  readonly record?: (event: PoolEvent) => Promise<void>;
}

/** Runs every job by the application's engine, showing progress; `stop` ends those that run, and what has ended is kept. */
export async function runAll(
  jobs: readonly Job[],
  { application, workers, quiet, stop, timeout, unusable, record, ...shown }: RunAllOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const engine = resolveBinding(application, parts.engine);
  const warn = resolveBinding(application, parts.warn);
  const atOnce = Math.min(workers, jobs.length);
  const run = (job: Job) => {
    const error = unusable.get(job.label);
    return error
      ? of({ type: 'failed', error } as const)
      : runByEngine(engine, job, { atOnce, timeout });
  };
  const events = runTrials(jobs, workers, run).pipe(
    takeUntil(stop.asked),
    concatMap(async (event) => {
      await record?.(event);
      return event;
    }),
    tap((event: PoolEvent) => {
      if (event.type === 'done' || event.type === 'failed') outcomes.push(event);
      if (event.type === 'warning') warn(`${event.job.id}: ${event.message}`);
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

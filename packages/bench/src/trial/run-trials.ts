import type { Observable } from 'rxjs';
import { concat, from, map, mergeMap, of } from 'rxjs';

import type { Job } from './messages.js';
import type { TrialReport } from './spawn-trial.js';

export type PoolEvent =
  { readonly type: 'started'; readonly job: Job } | (TrialReport & { readonly job: Job });

/** How one trial ended. */
export type Outcome = Extract<PoolEvent, { type: 'done' | 'failed' }>;

/**
 * Runs jobs, several at once, in their order. Cold; unsubscribing stops those that run.
 * @param workers how many at once      @param run runs one: `spawnTrial` with a worker's entry
 */
export function runTrials(
  jobs: readonly Job[],
  workers: number,
  run: (job: Job) => Observable<TrialReport>,
): Observable<PoolEvent> {
  return from(jobs).pipe(
    mergeMap(
      (job) =>
        concat(
          of<PoolEvent>({ type: 'started', job }),
          run(job).pipe(map((report): PoolEvent => ({ ...report, job }))),
        ),
      workers,
    ),
  );
}

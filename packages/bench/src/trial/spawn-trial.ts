import type { Observable } from 'rxjs';
import { filter } from 'rxjs';

import type { Job, Report } from './messages.js';
import { spawnWorker } from './spawn-worker.js';

export type TrialReport = Extract<Report, { type: 'progress' | 'warning' | 'done' | 'failed' }>;

/** Seconds: an evaluation of a large model says nothing until it has ended. */
const TIMEOUT = 1800;

/**
 * Runs a job in a fresh process: no trial sees another's tensors, caches or random numbers. Cold; unsubscribing ends
 * the process. Never errors: a crash is a `failed` report.
 * @param entry module that calls `serveTrials`      @param atOnce how many such processes share the cores
 * @param timeout seconds without progress after which a trial counts as hanging
 */
export function spawnTrial(
  job: Job,
  entry: URL | string,
  {
    atOnce = 1,
    timeout = TIMEOUT,
  }: { readonly atOnce?: number; readonly timeout?: number | undefined } = {},
): Observable<TrialReport> {
  return spawnWorker({ type: 'run', job }, { entry, atOnce, timeout }).pipe(filter(isOfTrial));
}

export const isOfTrial = (report: Report): report is TrialReport =>
  ['progress', 'warning', 'done', 'failed'].includes(report.type);

import type { Observable, ObservableInput } from 'rxjs';
import { catchError, defer, endWith, from, map, of, takeWhile } from 'rxjs';

import { fail } from '../errors.js';
import { isDense } from '../plugins/registry.js';
import type { Trial } from '../results/trial-schema.js';
import { describeError } from './describe-error.js';
import type { Job } from './messages.js';
import { reportSchema } from './messages.js';
import type { TrialReport } from './spawn-trial.js';
import { isOfTrial, spawnTrial } from './spawn-trial.js';

export interface TrialLimits {
  /** How many trials run at once. */
  readonly atOnce: number;
  /** Seconds without progress after which a trial counts as hanging. */
  readonly timeout?: number | undefined;
}

/**
 * Runs a trial: in a process of this machine, or anywhere else. Gives `progress` reports while it runs, then one `done`
 * or `failed`; unsubscribing (leaving an async iteration) ends the trial. To end one that hangs is the engine's part.
 */
export type TrialEngine = (job: Job, limits: TrialLimits) => ObservableInput<TrialReport>;

/** moekit's own engine: each trial in a fresh process. @param entry module that calls `serveTrials` */
export function processEngine(entry: URL | string): TrialEngine {
  return (job, limits) => spawnTrial(job, entry, limits);
}

/** Runs a trial by any engine, never errors: one that throws, or gives no report of this trial, makes it a failed one. */
export function runByEngine(
  engine: TrialEngine,
  job: Job,
  limits: TrialLimits,
): Observable<TrialReport> {
  return defer(() => from(engine(structuredClone(job), limits))).pipe(
    map((report) => checked(report, job)),
    catchError((error: unknown) => of(failed(error))),
    endWith(failed(unreported('none', job))),
    takeWhile(({ type }) => type === 'progress' || type === 'warning', true),
  );
}

function checked(report: unknown, job: Job): TrialReport {
  const { success, data } = reportSchema.safeParse(report);
  if (!success || !isOfTrial(data)) return failed(unreported(shown(report), job));
  if (data.type !== 'done') return data;
  const wrong = differencesOf(data.trial, job);
  return wrong === undefined ? data : failed(unreported(`one of ${wrong}`, job));
}

/** How a trial is another than was asked for; undefined where it is the one. */
function differencesOf(trial: Trial, { label, seed, backend, identity, entry }: Job) {
  if (trial.label !== label || trial.seed !== seed) return `${trial.label}, seed ${trial.seed}`;
  if (trial.backend !== backend) return `backend ${trial.backend} instead of ${backend}`;
  if (trial.dataHash !== identity.data) return 'other data';
  if ((trial.match === null) !== isDense(entry)) return 'a model with other layers';
  return trial.limited['loss'] === undefined ? 'a trial without a loss' : undefined;
}

const shown = (report: unknown) => JSON.stringify(report)?.slice(0, 80) ?? typeof report;

const failed = (error: unknown): TrialReport => ({ type: 'failed', error: describeError(error) });

function unreported(got: string, { label, seed }: Job) {
  return fail('BENCH_ENGINE', {
    asked: `The engine must give a report of the trial ${label}, seed ${seed}`,
    got,
    fix: "See TrialEngine for the reports, or leave the engine out of moekit's configuration.",
  });
}

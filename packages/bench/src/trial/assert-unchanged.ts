import { fail } from '../errors.js';
import type { RunCode } from '../run/resolve-run.js';
import type { Job } from './messages.js';

/**
 * Whether a trial finds what its run began with: hours may lie between, and a result is kept under what it began with.
 * @param code of what the trial loaded      @param data its sha256      @throws BENCH_CHANGED naming what differs
 */
export function assertUnchanged(
  { entry, experiment, identity }: Job,
  code: RunCode,
  data: string,
): void {
  const changed = [
    data === identity.data ? [] : 'its data',
    code.router === identity.router ? [] : `the code of ${entry.router}`,
    code.task === identity.task ? [] : `the code of ${experiment.task}`,
  ].flat();
  if (changed.length === 0) return;
  throw fail('BENCH_CHANGED', {
    asked: `A run must keep its data and code until its last trial`,
    got: `a change of ${changed.join(' and ')}`,
    fix: 'Run again; moekit sweep --resume keeps the trials that are still valid.',
  });
}

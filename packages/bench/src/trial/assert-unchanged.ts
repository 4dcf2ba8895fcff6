import { fail } from '../errors.js';
import { hashRouter } from '../plugins/hash-router.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { hashTask } from '../tasks/load-task.js';
import type { Job } from './messages.js';

/**
 * Whether a trial finds what its run began with: hours may lie between, and a result is kept under what it began with.
 * @param data sha256 of what the trial loaded      @throws BENCH_CHANGED naming what differs
 */
export function assertUnchanged(
  { entry, experiment, identity }: Job,
  registry: PluginRegistry,
  data: string,
): void {
  const changed = [
    data === identity.data ? [] : 'its data',
    hashRouter(entry.router, registry) === identity.router ? [] : `the code of ${entry.router}`,
    hashTask(experiment.task) === identity.task ? [] : `the code of ${experiment.task}`,
  ].flat();
  if (changed.length === 0) return;
  throw fail('BENCH_CHANGED', {
    asked: 'A trial must find the data and the code that its run began with',
    got: `a change of ${changed.join(' and ')} meanwhile`,
    fix: 'Run again; moekit sweep --resume keeps what has not changed.',
  });
}

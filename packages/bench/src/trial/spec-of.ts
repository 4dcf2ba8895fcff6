import type { RunSpec } from '../spec/run-spec.js';
import { settingsOf } from '../spec/task-options.js';
import type { Job } from './messages.js';

/** The run that a trial is: a row of its experiment with one seed, the row's own keys over those of the experiment. */
export function specOf({ experiment, entry, seed, backend }: Job): RunSpec {
  const given = Object.entries(entry.training ?? {}).filter(([, value]) => value !== undefined);
  const { finalEvaluationBatches: _, ...training } = {
    ...experiment.training,
    ...Object.fromEntries(given),
  };
  return {
    task: experiment.task,
    ...(settingsOf(experiment, entry) as Pick<RunSpec, 'data' | 'model'>),
    router: { router: entry.router, options: entry.options },
    experts: entry.experts,
    expertParameters: entry.expertParameters ?? experiment.expertParameters,
    training,
    seed,
    backend: backend as RunSpec['backend'],
  };
}

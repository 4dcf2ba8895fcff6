import { assertRegistry } from '../plugins/assert-registry.js';
import { createRunContainer, resolveBinding } from '@moekit/core/di';
import type { DependencyContainer } from 'tsyringe';

import { addTrialSinks, createContainer } from '../trial/compose.js';
import { parts } from '../trial/parts.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { Outcome } from '../trial/run-trials.js';
import { collectResults } from './collect.js';
import type { Results } from '../results/results-schema.js';
import { describeError } from '../trial/describe-error.js';
import type { Job } from '../trial/messages.js';
import { runTrial } from '../trial/run-trial.js';
import type { ExperimentInput } from '../spec/config.js';
import { listJobs } from '../trial/list-jobs.js';
import { readExperiment } from '../spec/read-experiment.js';
import { prepareExperiment } from './prepare.js';

/**
 * A whole comparison in this process, one trial after another: for tests and notebooks. The command line runs trials in
 * processes of their own instead (`runTrials`, `spawnTrial`), which is faster and isolates them.
 * @throws coded errors for bad input; a trial that fails is an error in its row
 */
export async function compare(input: ExperimentInput, registry: PluginRegistry): Promise<Results> {
  assertRegistry('compare', registry);
  const application = createContainer(registry);
  addTrialSinks(application);
  const clock = resolveBinding(application, parts.clock);
  const [startedAt, started] = [clock.now().toISOString(), clock.seconds()];
  const experiment = await readExperiment(input, { name: 'The experiment' }, { registry });
  const preamble = await prepareExperiment(experiment, registry);
  const outcomes: Outcome[] = [];
  for (const job of listJobs(preamble.manifest)) outcomes.push(await outcomeOf(job, application));
  return collectResults(preamble, outcomes, {
    startedAt,
    seconds: clock.seconds() - started,
    workers: 1,
  });
}

async function outcomeOf(job: Job, application: DependencyContainer): Promise<Outcome> {
  try {
    return { type: 'done', job, trial: await runTrial(job, createRunContainer(application)) };
  } catch (error) {
    return { type: 'failed', job, error: describeError(error) };
  }
}

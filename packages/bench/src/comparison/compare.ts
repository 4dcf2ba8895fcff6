import type { PluginRegistry } from '../plugins/registry.js';
import type { Outcome } from '../trial/run-trials.js';
import { collectResults } from './collect.js';
import type { Results } from '../results/results-schema.js';
import { describeError } from '../trial/describe-error.js';
import type { Job } from '../trial/messages.js';
import { runTrial } from '../trial/run-trial.js';
import type { ExperimentInput } from '../spec/config.js';
import { listJobs } from '../trial/list-jobs.js';
import { parseExperiment } from '../spec/parse-experiment.js';
import { prepareExperiment } from './prepare.js';

/**
 * A whole comparison in this process, one trial after another: for tests and notebooks. The command line runs trials in
 * processes of their own instead (`runTrials`, `spawnTrial`), which is faster and isolates them.
 * @throws coded errors for bad input; a trial that fails is an error in its row
 */
export async function compare(input: ExperimentInput, registry: PluginRegistry): Promise<Results> {
  const started = new Date();
  const preamble = await prepareExperiment(parseExperiment(input), registry);
  const outcomes: Outcome[] = [];
  for (const job of listJobs(preamble.manifest)) outcomes.push(await outcomeOf(job, registry));
  return collectResults(preamble, outcomes, {
    startedAt: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    workers: 1,
  });
}

async function outcomeOf(job: Job, registry: PluginRegistry): Promise<Outcome> {
  try {
    return { type: 'done', job, trial: await runTrial(job, registry, () => undefined) };
  } catch (error) {
    return { type: 'failed', job, error: describeError(error) };
  }
}

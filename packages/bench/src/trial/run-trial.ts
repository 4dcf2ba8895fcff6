import { bind, resolveBinding, resolveBindings, tokens } from '@moekit/core/di';
import type { Task, TrainOptions } from '@moekit/models';
import { train } from '@moekit/models';
import { lastValueFrom, tap } from 'rxjs';
import type { DependencyContainer } from 'tsyringe';

import { parts } from './parts.js';
import type { Trial } from '../results/trial-schema.js';
import { exampleSchema } from '../results/trial-schema.js';
import { buildRun } from '../run/build-run.js';
import { openSinks } from '../run/open-sinks.js';
import { resolveRun, trainOptionsOf } from '../run/resolve-run.js';
import { ActivationProbe } from './activation-probe.js';
import { assertUnchanged } from './assert-unchanged.js';
import { countFlops, trainingFlops } from './count-flops.js';
import { evaluateTrial, evaluateVariants } from './evaluate-trial.js';
import type { Job } from './messages.js';
import { probeRouter } from './probe-router.js';
import { specOf } from './spec-of.js';
import { SwitchableRouter } from './switchable-router.js';

/**
 * Trains and evaluates one router with one seed in this process.
 * @param container of this trial alone: a child of the application's, `addTrialSinks` included
 * @throws whatever goes wrong, coded where moekit knows it; nothing is left behind then either
 */
export async function runTrial(job: Job, container: DependencyContainer): Promise<Trial> {
  const clock = resolveBinding(container, parts.clock);
  const started = clock.seconds();
  const { experiment, entry, seed, label } = job;
  const { name: backend } = await resolveBinding(container, parts.startBackend)(job.backend);
  const registry = resolveBinding(container, parts.registry);
  const run = await resolveRun(specOf(job), { registry });
  bind(container, parts.run, () => ({ label, spec: run.spec, backend }));
  const { router, match } = run;
  const data = await run.task.load(run.settings);
  assertUnchanged(job, run.code, data.description.hash);
  if (router && match) {
    await probeRouter(router, entry.options, { ...match, modelWidth: run.layer.modelWidth });
  }
  const probe = match && experiment.activations ? new ActivationProbe() : undefined;
  const routers: SwitchableRouter[] = [];
  const task = buildRun(run, data, {
    container,
    wrap: (trained) => routers[routers.push(new SwitchableRouter(trained)) - 1]!,
    ...(probe && { listener: () => probe.listener() }),
  });
  const recorder = resolveBinding(container, parts.recorder);
  try {
    await trainModel(task, trainOptionsOf(run.spec), container);
    const evaluating = { batches: finalEvaluationBatches(job), probe };
    const { evaluation, evaluated } = await evaluateTrial(task, evaluating);
    return {
      label,
      seed,
      backend,
      dataHash: data.description.hash,
      match,
      parameters: task.model.parameterCount(),
      ...evaluated,
      flops: countFlops(task, match, { evaluation, training: recorder.flops() }),
      trainingFlops: trainingFlops(recorder.flops()),
      variants:
        router && match
          ? await evaluateVariants(task, entry, { ...match, plugin: router, routers }, evaluating)
          : {},
      curve: recorder.curve(),
      trainingCurve: recorder.trainingCurve(),
      balanceCurve: recorder.balanceCurve(),
      ...(routers.some(({ reference }) => reference) && { control: true }),
      loadHistory: recorder.loadHistory(),
      examples: seed === experiment.seeds[0] ? await examplesOf(task) : [],
      machine: {
        seconds: clock.seconds() - started,
        tokensPerSecond: recorder.tokensPerSecond(),
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      },
    };
  } finally {
    task.model.dispose();
  }
}

/** Results stay small: a few inputs. */
const EXAMPLES = 4;

async function examplesOf(task: Task): Promise<Trial['examples']> {
  const examples = (await task.examples?.(EXAMPLES)) ?? [];
  return exampleSchema.array().parse(structuredClone(examples));
}

const finalEvaluationBatches = ({ experiment, entry }: Job) =>
  entry.training?.finalEvaluationBatches ?? experiment.training.finalEvaluationBatches;

async function trainModel(
  task: Task,
  options: TrainOptions,
  container: DependencyContainer,
): Promise<void> {
  const sinks = await openSinks(resolveBindings(container, parts.sinks), {});
  try {
    const control = { rng: resolveBinding(container, tokens.rng) };
    await lastValueFrom(train(task, options, control).pipe(tap((event) => sinks.write(event))));
  } finally {
    await sinks.close();
  }
}

import { startBackend } from '@moekit/backends';
import type { Task, TaskPlugin } from '@moekit/models';
import { train } from '@moekit/models';
import { lastValueFrom, tap } from 'rxjs';

import type { Experiment, RouterEntry } from '../experiment/config.js';
import { loadPlugin } from '../plugins/load-plugin.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { Trial } from '../results/trial-schema.js';
import { exampleSchema } from '../results/trial-schema.js';
import { loadTask } from '../tasks/load-task.js';
import type { TaskSettings } from '../tasks/task-options.js';
import { parseTaskOptions, settingsOf } from '../tasks/task-options.js';
import { ActivationProbe } from './activation-probe.js';
import { assertUnchanged } from './assert-unchanged.js';
import { countFlops, trainingFlops } from './count-flops.js';
import { evaluateTrial, evaluateVariants } from './evaluate-trial.js';
import { matchRouter } from './match.js';
import type { MoEParts } from './moe-factory.js';
import { moeFactory } from './moe-factory.js';
import type { Job, Progress } from './messages.js';
import { probeRouter } from './probe-router.js';
import { Recorder } from './recorder.js';

/**
 * Trains and evaluates one router with one seed in this process.
 * @throws whatever goes wrong, coded where moekit knows it; nothing is left behind then either
 */
export async function runTrial(
  job: Job,
  registry: PluginRegistry,
  onProgress: (progress: Progress) => void,
): Promise<Trial> {
  const started = performance.now();
  const { experiment, entry, seed, label } = job;
  const { name: backend } = await startBackend(job.backend);
  const plugin = await loadTask(experiment.task);
  const settings = parseTaskOptions(plugin, settingsOf(experiment, entry), label);
  const data = await plugin.load(settings);
  assertUnchanged(job, registry, data.description.hash);
  const moe = await prepareMoE(job, registry, plugin.layer(settings));
  const training = trainingOf(experiment, entry);
  const task = plugin.create(settings, data, {
    seed,
    batchSize: training.batchSize,
    ...(moe && { moe: moeFactory(moe) }),
  });
  const recorder = new Recorder();
  try {
    await trainModel(task, { training, seed, recorder, onProgress });
    return {
      label,
      seed,
      backend,
      dataHash: data.description.hash,
      match: moe?.match ?? null,
      parameters: task.model.parameterCount(),
      ...(await figuresOf(task, moe, { batches: training.finalEvaluationBatches, recorder })),
      curve: recorder.curve(),
      trainingCurve: recorder.trainingCurve(),
      loadHistory: recorder.loadHistory(),
      examples: seed === experiment.seeds[0] ? await examplesOf(task) : [],
      machine: {
        seconds: (performance.now() - started) / 1000,
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

/** The experiment's training with the row's own keys over it. */
function trainingOf({ training }: Experiment, row: RouterEntry): Experiment['training'] {
  const given = Object.entries(row.training ?? {}).filter(([, value]) => value !== undefined);
  return { ...training, ...Object.fromEntries(given) };
}

async function figuresOf(
  task: Task,
  moe: MoEParts | undefined,
  { batches, recorder }: { batches: number; recorder: Recorder },
) {
  const options = { batches, probe: moe?.probe };
  const { evaluation, evaluated } = await evaluateTrial(task, options);
  const training = recorder.flops();
  return {
    ...evaluated,
    flops: countFlops(task, moe?.match ?? null, { evaluation, training }),
    trainingFlops: trainingFlops(training),
    variants: moe ? await evaluateVariants(task, moe, options) : {},
  };
}

async function prepareMoE(
  { entry, experiment }: Job,
  registry: PluginRegistry,
  layer: ReturnType<TaskPlugin<TaskSettings>['layer']>,
): Promise<MoEParts | undefined> {
  if (entry.router === 'dense') return undefined;
  const plugin = await loadPlugin(entry.router, registry);
  const expertParameters = entry.expertParameters ?? experiment.expertParameters;
  const match = matchRouter(plugin, entry.options, {
    ...layer,
    expertParameters,
    experts: entry.experts,
  });
  await probeRouter(plugin, entry.options, { ...match, modelWidth: layer.modelWidth });
  const parts = { plugin, entry, match, activation: layer.activation, routers: [] };
  return experiment.activations ? { ...parts, probe: new ActivationProbe() } : parts;
}

async function trainModel(
  task: Task,
  run: {
    training: Experiment['training'];
    seed: number;
    recorder: Recorder;
    onProgress: (progress: Progress) => void;
  },
): Promise<void> {
  const { evaluations, finalEvaluationBatches: _, batchSize: __, ...options } = run.training;
  const evaluateEvery = Math.max(1, Math.ceil(options.steps / evaluations));
  const events = train(task, { ...options, evaluateEvery, seed: run.seed }).pipe(
    tap((event) => {
      run.recorder.record(event);
      const progress = run.recorder.progress();
      if (progress) run.onProgress(progress);
    }),
  );
  await lastValueFrom(events);
}

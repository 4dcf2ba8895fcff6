import { summariseRouting } from '@moekit/core';
import type { Evaluation, Task } from '@moekit/models';
import { evaluate, languageModelling, train } from '@moekit/models';
import { lastValueFrom, tap } from 'rxjs';

import { selectBackend } from '../backend/select-backend.js';
import type { Experiment } from '../experiment/config.js';
import { loadPlugin } from '../plugins/load-plugin.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { Trial } from '../results/trial-schema.js';
import { lossFigures } from '../results/trial-schema.js';
import { countFlops } from './count-flops.js';
import type { Match } from './match.js';
import { matchRouter } from './match.js';
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
  const backend = await selectBackend(job.backend);
  const { experiment, seed } = job;
  const { data: source, model, training } = experiment;
  const options = { data: source, model };
  const data = await languageModelling.load(options);
  const moe = await prepareRouter(job, registry);
  const { batchSize } = training;
  const task = languageModelling.create(options, data, {
    seed,
    batchSize,
    ...(moe && { moe: moeFactory(model.activation, moe) }),
  });
  const recorder = new Recorder();
  try {
    await trainModel(task, { experiment, seed, recorder, onProgress });
    const evaluation = await evaluate(task, { batches: training.finalEvaluationBatches });
    const seconds = (performance.now() - started) / 1000;
    return {
      label: job.label,
      seed,
      backend,
      dataHash: data.description.hash,
      ...figuresOf(task, moe?.match ?? null, { evaluation, recorder }),
      machine: {
        seconds,
        tokensPerSecond: recorder.tokensPerSecond(),
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      },
    };
  } finally {
    task.model.dispose();
  }
}

function figuresOf(
  task: Task,
  match: Match | null,
  { evaluation, recorder }: { evaluation: Evaluation; recorder: Recorder },
) {
  const { limited, dropFree, layers } = evaluation;
  return {
    match,
    parameters: task.model.parameterCount(),
    limited: lossFigures.parse(limited),
    dropFree: lossFigures.parse(dropFree),
    flops: countFlops(task, match, { evaluation, training: recorder.flops() }),
    layers: layers.map(summariseLayer),
    curve: recorder.curve(),
    trainingLoss: recorder.trainingLoss(),
    loadHistory: recorder.loadHistory(),
  };
}

async function prepareRouter({ entry, experiment }: Job, registry: PluginRegistry) {
  if (entry.router === 'dense') return undefined;
  const plugin = await loadPlugin(entry.router, registry);
  const { model, expertParameters } = experiment;
  const match = matchRouter(plugin, entry.options, { ...model, expertParameters });
  await probeRouter(plugin, entry.options, { ...match, modelWidth: model.modelWidth });
  return { plugin, options: entry.options, match };
}

async function trainModel(
  task: Task,
  run: {
    experiment: Experiment;
    seed: number;
    recorder: Recorder;
    onProgress: (progress: Progress) => void;
  },
): Promise<void> {
  const { training } = run.experiment;
  const { evaluations, finalEvaluationBatches: _, batchSize: __, ...options } = training;
  const evaluateEvery = Math.max(1, Math.ceil(training.steps / evaluations));
  const events = train(task, { ...options, evaluateEvery, seed: run.seed }).pipe(
    tap((event) => {
      run.recorder.record(event);
      const progress = run.recorder.progress();
      if (progress) run.onProgress(progress);
    }),
  );
  await lastValueFrom(events);
}

function summariseLayer(stats: Evaluation['layers'][number]): Trial['layers'][number] {
  const { entropy, dilution } = stats;
  return { ...summariseRouting(stats), entropy, dilution };
}

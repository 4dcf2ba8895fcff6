import { summariseRouting } from '@moekit/core';
import type { Evaluation, LanguageModel, TokenData } from '@moekit/models';
import { evaluate, train } from '@moekit/models';
import { lastValueFrom, tap } from 'rxjs';

import { selectBackend } from '../backend/select-backend.js';
import type { Experiment } from '../experiment/config.js';
import { loadPlugin } from '../plugins/load-plugin.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { Trial } from '../results/trial-schema.js';
import { buildModel } from './build-model.js';
import { addDispatched, countFlops } from './count-flops.js';
import { loadData } from './load-data.js';
import type { Match } from './match.js';
import { matchRouter } from './match.js';
import type { Job, Progress } from './messages.js';
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
  const data = await loadData(experiment);
  const moe = await prepareRouter(job, registry);
  const { vocabSize } = data;
  const model = buildModel({ model: experiment.model, vocabSize, seed, ...(moe && { moe }) });
  const recorder = new Recorder();
  try {
    await trainModel(model, data, { experiment, seed, recorder, onProgress });
    const evaluation = await evaluateModel(model, data, experiment);
    const seconds = (performance.now() - started) / 1000;
    return {
      label: job.label,
      seed,
      backend,
      dataHash: data.hash,
      ...figuresOf(model, moe?.match ?? null, { evaluation, recorder }),
      machine: {
        seconds,
        tokensPerSecond: recorder.tokensPerSecond(),
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      },
    };
  } finally {
    model.dispose();
  }
}

function figuresOf(
  model: LanguageModel,
  match: Match | null,
  { evaluation, recorder }: { evaluation: Evaluation; recorder: Recorder },
) {
  const { limited, dropFree, layers } = evaluation;
  const counts = { evaluation: addDispatched([], layers), training: recorder.dispatched() };
  return {
    match,
    parameters: model.parameterCount(),
    limited,
    dropFree,
    flops: countFlops(model, match, counts),
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
  return { plugin, options: entry.options, match };
}

async function trainModel(
  model: LanguageModel,
  data: TokenData,
  run: {
    experiment: Experiment;
    seed: number;
    recorder: Recorder;
    onProgress: (progress: Progress) => void;
  },
): Promise<void> {
  const { evaluations, finalEvaluationBatches: _, ...training } = run.experiment.training;
  const evaluateEvery = Math.max(1, Math.ceil(training.steps / evaluations));
  const events = train(model, data, { ...training, evaluateEvery, seed: run.seed }).pipe(
    tap((event) => {
      run.recorder.record(event);
      const progress = run.recorder.progress();
      if (progress) run.onProgress(progress);
    }),
  );
  await lastValueFrom(events);
}

async function evaluateModel(model: LanguageModel, data: TokenData, { training }: Experiment) {
  const batches = training.finalEvaluationBatches;
  const { bytesPerToken } = data;
  return evaluate(model, data.validation, {
    batchSize: training.batchSize,
    batches,
    bytesPerToken,
  });
}

function summariseLayer(stats: Evaluation['layers'][number]): Trial['layers'][number] {
  const { entropy, dilution } = stats;
  return { ...summariseRouting(stats), entropy, dilution };
}

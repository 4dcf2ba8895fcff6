import { assertRegistry } from '../plugins/assert-registry.js';
import type { RouterPlugin } from '@moekit/core';
import { parseOptions, assertKinds } from '@moekit/core';
import type { TaskPlugin, TrainOptions } from '@moekit/models';

import { hashRouter } from '../plugins/hash-router.js';
import { loadPlugin } from '../plugins/load-plugin.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { hashTask, loadTask } from '../plugins/load-task.js';
import type { TaskSettings } from '../spec/task-options.js';
import { assertMemory } from './assert-memory.js';
import type { Match } from './match.js';
import { matchRouter } from './match.js';
import { assertTraining } from '../spec/assert-training.js';
import type { RunSpec } from '../spec/run-spec.js';

/** sha256 of the code of a run's router and task, imports and packages included; null for those of moekit. */
export interface RunCode {
  readonly router: string | null;
  readonly task: string | null;
}

/** A run of which nothing is left open: its code is loaded, its options are complete, its layers have sizes. */
export interface ResolvedRun {
  readonly spec: RunSpec;
  readonly task: TaskPlugin;
  /** The task's options with its defaults. */
  readonly settings: TaskSettings;
  readonly layer: ReturnType<TaskPlugin['layer']>;
  /** Null for a dense model, as is `match`. */
  readonly router: RouterPlugin | null;
  readonly match: Match | null;
  readonly code: RunCode;
}

/**
 * Decides everything that a run leaves open.
 * @param task where it is loaded already
 * @throws what loading its task and its router throws, MOE_OPTIONS, BENCH_MATCH
 */
export async function resolveRun(
  spec: RunSpec,
  parts: { readonly registry: PluginRegistry; readonly task?: TaskPlugin },
): Promise<ResolvedRun> {
  assertKinds('resolveRun', { spec }, { spec: 'object' }, 'Pass a run, as readRunSpec gives it.');
  assertRegistry('resolveRun', Object(parts).registry);
  const { registry, task: loaded } = parts;
  const { data, model, experts, expertParameters } = spec;
  const task = loaded ?? (await loadTask(spec.task, registry));
  const settings = parseOptions(task.options, { data, model }, `task ${task.name}`) as TaskSettings;
  const layer = task.layer(settings);
  const router = await loadPlugin(spec.router.router, registry);
  const match =
    router && matchRouter(router, spec.router.options, { ...layer, expertParameters, experts });
  assertMemory(task.leastWeights?.(settings, match ?? undefined));
  return { spec, task, settings, layer, router, match, code: codeOf(spec, registry) };
}

/** The present code of a run. */
export function codeOf(
  { router, task }: Pick<RunSpec, 'router' | 'task'>,
  registry: PluginRegistry,
): RunCode {
  return { router: hashRouter(router.router, registry), task: hashTask(task, registry) };
}

/** The options of `train` that a run's training stands for. @throws BENCH_CONFIG where its batches cannot be cut */
export function trainOptionsOf({ training, seed }: RunSpec): TrainOptions {
  assertTraining(training, 'the run');
  const { batchSize: _, evaluations, evaluateEvery, ...options } = training;
  return {
    ...options,
    evaluateEvery: evaluateEvery ?? Math.max(1, Math.ceil(options.steps / evaluations)),
    seed,
  };
}

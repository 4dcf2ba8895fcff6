import type { PluginRegistry } from '@moekit/bench';
import { hashRouter, hashTask, loadPlugin, matchRouter } from '@moekit/bench';
import type { RouterPlugin } from '@moekit/core';
import { parseOptions } from '@moekit/core';
import type { TaskPlugin } from '@moekit/models';
import { largestBatchSize } from '@moekit/models';
import { z } from 'zod';

import type { TrainConfig } from './train-config.js';

const count = z.int().min(1);
const settings = z.record(z.string(), z.json());

/** What a checkpoint must say so that its model can be built again: all defaults filled in, all sizes decided. */
export const runConfigSchema = z.strictObject({
  /** As `TrainConfig` names it. */
  task: z.string(),
  data: settings,
  model: settings,
  router: z.strictObject({ router: z.string(), options: settings }),
  /** N and d_e of an MoE layer; null for a dense model. */
  experts: z.strictObject({ numExperts: count, expertWidth: count }).nullable(),
  expertParameters: count,
  batchSize: count.max(largestBatchSize),
  seed: z.int(),
  /** sha256 of the router's and of the task's code, imports and packages included; null for those of moekit. */
  code: z.strictObject({ router: z.string().nullable(), task: z.string().nullable() }),
});

export type RunConfig = z.output<typeof runConfigSchema>;

/**
 * Decides everything that the configuration leaves open.
 * @throws what the task's schema, the router's schema and the match throw
 */
export async function resolveRun(
  config: TrainConfig,
  { task, registry }: { readonly task: TaskPlugin; readonly registry: PluginRegistry },
): Promise<{
  readonly config: RunConfig;
  readonly options: unknown;
  readonly plugin?: RouterPlugin;
}> {
  const { router, expertParameters, seed, training } = config;
  const given = { data: config.data, model: config.model };
  const options = parseOptions(task.options, given, `task ${task.name}`);
  const plugin = router.router === 'dense' ? undefined : await loadPlugin(router.router, registry);
  const match =
    plugin && matchRouter(plugin, router.options, { ...task.layer(options), expertParameters });
  const decided = {
    task: config.task,
    ...(JSON.parse(JSON.stringify(options)) as Pick<RunConfig, 'data' | 'model'>),
    router,
    experts: match ? { numExperts: match.numExperts, expertWidth: match.expertWidth } : null,
    expertParameters,
    batchSize: training.batchSize,
    seed,
    code: { router: hashRouter(router.router, registry), task: hashTask(config.task) },
  };
  return { config: decided, options, ...(plugin && { plugin }) };
}

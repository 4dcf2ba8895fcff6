import type { PluginRegistry } from '@moekit/bench';
import { builtInTasks } from '@moekit/bench';
import { parseOptions } from '@moekit/core';
import type { CheckpointManifest } from '@moekit/models/node';

import { fail } from '../errors.js';
import type { RunConfig } from './run-config.js';
import { runConfigSchema } from './run-config.js';

/** The configuration in a checkpoint's manifest. @throws MOE_OPTIONS when moekit train did not write it */
export function configOf({ config }: CheckpointManifest): RunConfig {
  return parseOptions(runConfigSchema, config, 'the run in the checkpoint');
}

/** What a checkpoint says as a configuration that flags may change. */
export function asTrainConfig(manifest: CheckpointManifest): Record<string, unknown> {
  const { task, data, model, router, expertParameters, batchSize, seed } = configOf(manifest);
  const { seed: _, ...training } = manifest.training;
  const { backend } = manifest;
  const run = { task, data, model, router, expertParameters, seed, backend };
  return { ...run, training: { ...training, batchSize } };
}

/** What the command line names, and so trusts, of a checkpoint's code. */
export interface Trusted {
  readonly router?: string | undefined;
  readonly task?: string | undefined;
}

/**
 * A checkpoint is data from anywhere: the names in it never load code.
 * @throws CLI_CHECKPOINT_CODE when its router or its task is not one of moekit's and was not named on the command line
 */
export function assertNoForeignCode(
  { router: { router }, task }: Pick<RunConfig, 'router' | 'task'>,
  registry: PluginRegistry,
  trusted: Trusted,
): void {
  const known = router === 'dense' || registry.has(router);
  if (!known && trusted.router === undefined) throw foreign('router', router);
  if (!builtInTasks().has(task) && trusted.task === undefined) throw foreign('task', task);
}

function foreign(what: 'router' | 'task', name: string) {
  return fail('CLI_CHECKPOINT_CODE', {
    asked: `A checkpoint's ${what} must be one of moekit's, or be named on the command line`,
    got: name,
    fix: `If you trust it: --${what} ${name}`,
  });
}

import type { PluginRegistry } from '@moekit/bench';
import { hashRouter, hashTask, loadPlugin } from '@moekit/bench';
import type { RouterPlugin } from '@moekit/core';
import type { Task, TaskData, TaskPlugin } from '@moekit/models';
import type { CheckpointManifest } from '@moekit/models/node';
import { readManifest, restoreCheckpoint } from '@moekit/models/node';

import { showLoading } from '../output/load-progress.js';
import { buildTask } from './build-task.js';
import { describedTask } from './described-task.js';
import type { Trusted } from './resume-config.js';
import { assertNoForeignCode, configOf } from './resume-config.js';
import type { RunConfig } from './run-config.js';

/** A checkpoint with all that rebuilding its model takes. */
export interface OpenedCheckpoint {
  readonly path: string;
  readonly manifest: CheckpointManifest;
  readonly config: RunConfig;
  readonly task: TaskPlugin;
  readonly options: unknown;
  readonly data: TaskData;
  readonly plugin: RouterPlugin | undefined;
  /** sha256 of what was loaded now; see RunConfig. */
  readonly code: RunConfig['code'];
}

/**
 * Reads what a checkpoint says of itself, and its data; no weights yet.
 * @param router named by the user, who then trusts it: code that the checkpoint's own name would not load; so for `task`
 * @throws CLI_CHECKPOINT_CODE, MODELS_CHECKPOINT_MISMATCH, and what checkpoints, tasks and routers throw
 */
export async function openRun(
  path: string,
  { registry, ...trusted }: Trusted & { readonly registry: PluginRegistry },
): Promise<OpenedCheckpoint> {
  const manifest = await readManifest(path);
  const config = configOf(manifest);
  assertNoForeignCode(config, registry, trusted);
  const names = {
    router: trusted.router ?? config.router.router,
    task: trusted.task ?? config.task,
  };
  const { task, options } = await describedTask(path, config, names.task);
  const dense = config.router.router === 'dense';
  const plugin = dense ? undefined : await loadPlugin(names.router, registry);
  const code = {
    router: dense ? null : hashRouter(names.router, registry),
    task: hashTask(names.task),
  };
  const loaded = await showLoading(false, (onProgress) => task.load(options, onProgress));
  return { path, manifest, config, task, options, plugin, code, data: loaded };
}

/**
 * The task with the checkpoint's weights; its model is the caller's to dispose.
 * @param changes of the router's options, over those it was trained with
 * @throws MODELS_CHECKPOINT_*, MOE_OPTIONS
 */
export async function loadModel(
  opened: OpenedCheckpoint,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Task> {
  const { router } = opened.config;
  const options = { ...router.options, ...changes } as RunConfig['router']['options'];
  const config = { ...opened.config, router: { ...router, options } };
  const task = buildTask({ ...opened, config });
  try {
    await restoreCheckpoint(opened.path, { model: task.model });
    return task;
  } catch (error) {
    task.model.dispose();
    throw error;
  }
}

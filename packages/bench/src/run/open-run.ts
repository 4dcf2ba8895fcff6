import { assertRegistry, assertText } from '../plugins/assert-registry.js';
import type { RouterPlugin } from '@moekit/core';
import { parseOptions } from '@moekit/core';
import type { Task, TaskData, TaskPlugin } from '@moekit/models';
import type { CheckpointManifest } from '@moekit/models/node';
import { assertHolds, readManifest, restoreCheckpoint } from '@moekit/models/node';
import type { LoadProgress } from '@moekit/data';

import { loadPlugin } from '../plugins/load-plugin.js';
import type { PluginRegistry } from '../plugins/registry.js';
import { loadTask } from '../plugins/load-task.js';
import type { TaskSettings } from '../spec/task-options.js';
import { buildTask } from './build-run.js';
import type { RunCode } from './resolve-run.js';
import { codeOf } from './resolve-run.js';
import type { StoredRun } from './stored-run.js';
import { readStoredRun } from './stored-run.js';

/** A checkpoint with all that rebuilding its model takes. */
export interface OpenedRun {
  readonly path: string;
  readonly manifest: CheckpointManifest;
  readonly stored: StoredRun;
  readonly task: TaskPlugin;
  readonly settings: TaskSettings;
  readonly data: TaskData;
  /** Null for a dense model. */
  readonly router: RouterPlugin | null;
  /** sha256 of what was loaded now; see `StoredRun`. */
  readonly code: RunCode;
}

/** How the code of a checkpoint is found: by the names it gives where the caller trusts them, or by others. */
export interface OpenOptions {
  readonly registry: PluginRegistry;
  readonly router?: string | undefined;
  readonly task?: string | undefined;
  /** The checkpoint's manifest, where it has been read: what was trusted is then what is opened. */
  readonly manifest?: CheckpointManifest | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

/**
 * Reads what a checkpoint says of itself, and its data; no weights yet. A checkpoint may come from anywhere: see that the
 * names in it are ones that you trust, or give your own.
 * @throws MODELS_CHECKPOINT_MISMATCH, and what checkpoints, tasks and routers throw
 */
export async function openRun(path: string, options: OpenOptions): Promise<OpenedRun> {
  assertText('openRun', 'path', path);
  assertRegistry('openRun', Object(options).registry);
  const { registry, onProgress } = options;
  const manifest = options.manifest ?? (await readManifest(path));
  const stored = readStoredRun(manifest);
  const names = {
    router: { ...stored.router, router: options.router ?? stored.router.router },
    task: options.task ?? stored.task,
  };
  const described = await describedTask(path, stored, { registry, name: names.task });
  const router = stored.experts && (await loadPlugin(names.router.router, registry));
  const code = codeOf(names, registry);
  const data = await described.task.load(described.settings, onProgress);
  return { path, manifest, stored, ...described, router, code, data };
}

/**
 * Loads the task that a checkpoint names, with the options it gives, which its tensors bear out: nothing is read or built
 * before.
 * @param name what the caller calls the task
 * @throws MOE_OPTIONS, MODELS_CHECKPOINT_MISMATCH, what loading the task throws
 */
export async function describedTask(
  path: string,
  { task: stored, data, model, experts }: StoredRun,
  {
    registry,
    name = stored,
  }: { readonly registry: PluginRegistry; readonly name?: string | undefined },
): Promise<Pick<OpenedRun, 'task' | 'settings'>> {
  const task = await loadTask(name, registry);
  const settings = parseOptions(task.options, { data, model }, `task ${stored}`) as TaskSettings;
  await assertHolds(path, task.leastWeights?.(settings, experts ?? undefined));
  return { task, settings };
}

/**
 * Builds the task with the checkpoint's weights; its model is the caller's to dispose.
 * @param changes of the router's options, over those it was trained with
 * @throws MODELS_CHECKPOINT_*, MOE_OPTIONS
 */
export async function loadModel(
  { path, stored, data, ...opened }: OpenedRun,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Task> {
  const { router, seed, batchSize, experts } = stored;
  const options = { ...router.options, ...changes } as typeof router.options;
  const spec = { seed, router: { ...router, options }, training: { batchSize } };
  const layer = opened.task.layer(opened.settings);
  const task = buildTask({ ...opened, layer, experts, spec }, data);
  try {
    await restoreCheckpoint(path, { model: task.model });
    return task;
  } catch (error) {
    task.model.dispose();
    throw error;
  }
}

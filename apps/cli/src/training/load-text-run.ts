import type { PluginRegistry } from '@moekit/bench';
import { loadPlugin, parts, readStoredRun } from '@moekit/bench';
import { resolveBinding } from '@moekit/core/di';
import type { LoadedRun } from '@moekit/models';
import { loadRun } from '@moekit/models';
import { languageModelling, readManifest } from '@moekit/models/node';

import { composeApplication } from '../container.js';
import { findCheckpoint } from './find-checkpoint.js';
import { assertNoForeignCode } from './trusted.js';

/** The flags by which a command names the run of a language model. */
export interface TextRunFlags {
  readonly best?: true | undefined;
  readonly router?: string | undefined;
  readonly backend?: string | undefined;
}

/**
 * Loads the language model of a run, and starts the backend it was trained on or the one that is asked for.
 * @returns the model, the caller's to dispose, and the folder of its checkpoint
 */
export async function loadTextRun(
  path: string,
  { best, router, backend }: TextRunFlags,
): Promise<{ readonly checkpoint: string; readonly run: LoadedRun }> {
  const application = await composeApplication();
  const checkpoint = await findCheckpoint(path, best && languageModelling.metrics[0]);
  const registry: PluginRegistry = resolveBinding(application, parts.registry);
  const manifest = await readManifest(checkpoint);
  const stored = readStoredRun(manifest);
  assertNoForeignCode(stored, registry, { router });
  const { router: name } = stored.router;
  const plugin = await loadPlugin(router ?? name, registry);
  await resolveBinding(application, parts.startBackend)(backend ?? manifest.backend);
  const run = await loadRun(checkpoint, plugin ? { routers: [{ ...plugin, name }] } : {});
  return { checkpoint, run };
}

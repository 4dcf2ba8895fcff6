import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { parseOptions } from '@moekit/core';

import { loadPlugin } from '../plugins/load-plugin.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { Experiment } from './config.js';
import { isPath } from './label.js';

/**
 * Loads every router of an experiment and validates its options, so that a mistake is told before anything is trained.
 * @returns sha256 of each router file, by the name it was given
 * @throws BENCH_ROUTER_UNKNOWN, BENCH_PLUGIN_FILE, BENCH_PLUGIN_EXPORT, MOE_PLUGIN, MOE_API_VERSION, MOE_OPTIONS
 */
export async function checkRouters(
  { routers }: Experiment,
  registry: PluginRegistry,
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const { router, options } of routers) {
    if (router === 'dense') continue;
    const plugin = await loadPlugin(router, registry);
    parseOptions(plugin.options, options, `router ${plugin.name}`);
    if (isPath(router)) hashes[router] = await hashFile(router);
  }
  return hashes;
}

async function hashFile(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

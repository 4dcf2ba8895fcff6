import { parseOptions } from '@moekit/core';

import { hashRouter } from '../plugins/hash-router.js';
import { loadPlugin } from '../plugins/load-plugin.js';
import type { PluginRegistry } from '../plugins/registry.js';
import type { Experiment, RouterEntry } from './config.js';
import { labelOf } from './label.js';

export interface CheckedRouters {
  /** The rows, those of files and packages called as their plug-ins call themselves, where that name is free. */
  readonly routers: readonly RouterEntry[];
  /** sha256 of the code behind each router that is not registered, by the name it was given; see `hashModules`. */
  readonly files: Record<string, string>;
}

/**
 * Loads every router of an experiment and validates its options, so that a mistake is told before anything is trained.
 * @throws BENCH_ROUTER_UNKNOWN, BENCH_PLUGIN_FILE, BENCH_PLUGIN_EXPORT, MOE_PLUGIN, MOE_API_VERSION, MOE_OPTIONS
 */
export async function checkRouters(
  { routers }: Experiment,
  registry: PluginRegistry,
): Promise<CheckedRouters> {
  const files: Record<string, string> = {};
  const names = new Map<RouterEntry, string>();
  for (const entry of routers) {
    const { router, options } = entry;
    if (router === 'dense') continue;
    const plugin = await loadPlugin(router, registry);
    for (const given of [options, ...(entry.evaluateAs ?? []).map((as) => as.options)]) {
      parseOptions(plugin.options, given, `router ${plugin.name}`);
    }
    const code = hashRouter(router, registry);
    if (code === null) continue;
    files[router] = code;
    names.set(entry, plugin.name);
  }
  return { routers: nameRows(routers, names), files };
}

function nameRows(
  routers: readonly RouterEntry[],
  names: ReadonlyMap<RouterEntry, string>,
): readonly RouterEntry[] {
  const taken = new Set(routers.map(labelOf));
  return routers.map((entry) => {
    const name = names.get(entry);
    if (name === undefined || entry.label !== undefined) return entry;
    const label = labelOf({ ...entry, router: name });
    if (taken.has(label)) return entry;
    taken.add(label);
    return { ...entry, label };
  });
}

import { hashModules } from './hash-modules.js';
import { locatePlugin } from './locate-plugin.js';
import type { PluginRegistry } from './registry.js';

/**
 * sha256 of the code of a router that is not registered, imports and packages included; null for one that is.
 * @throws BENCH_PLUGIN_FILE, BENCH_ROUTER_UNKNOWN
 */
export function hashRouter(router: string, registry: PluginRegistry): string | null {
  if (registry.has(router)) return null;
  return hashModules(locatePlugin(router, registry));
}

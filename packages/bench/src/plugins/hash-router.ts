import { hashModules } from './hash-modules.js';
import { locatePlugin } from './locate-plugin.js';
import type { PluginRegistry } from './registry.js';

/**
 * sha256 of the code of a router, imports and packages included; null for one of moekit's.
 * @throws BENCH_PLUGIN_FILE, BENCH_ROUTER_UNKNOWN
 */
export function hashRouter(router: string, registry: PluginRegistry): string | null {
  const registered = registry.routers.get(router);
  return registered ? registered.hash() : hashModules(locatePlugin(router, { registry }));
}

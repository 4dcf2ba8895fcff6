import type { RouterPlugin } from '@moekit/core';

/**
 * Routers by name; null stands for none, that is for dense feed-forward layers. bench itself knows no router: the
 * caller passes them.
 */
export type PluginRegistry = ReadonlyMap<string, RouterPlugin | null>;

/** The row without a router, which others are compared with by default. */
export const DENSE = { router: 'dense', options: {} } as const;

/** Whether a row is the dense one. */
export const isDense = ({ router }: { readonly router: string }) => router === DENSE.router;

/** Makes a registry of these plug-ins under their own names, and of the dense row. */
export function registryOf(plugins: readonly RouterPlugin[]): PluginRegistry {
  const routers = plugins.map((plugin) => [plugin.name, plugin] as const);
  return new Map<string, RouterPlugin | null>([[DENSE.router, null], ...routers]);
}

import type { RouterPlugin } from '@moekit/core';

/** Router plug-ins by name. bench itself knows none: whoever runs an experiment passes them. */
export type PluginRegistry = ReadonlyMap<string, RouterPlugin>;

/** A registry of these plug-ins under their own names. */
export function registryOf(plugins: readonly RouterPlugin[]): PluginRegistry {
  return new Map(plugins.map((plugin) => [plugin.name, plugin]));
}

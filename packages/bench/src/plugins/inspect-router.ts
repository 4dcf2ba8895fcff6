import { parseOptions } from '@moekit/core';

import { loadPlugin } from './load-plugin.js';
import type { PluginRegistry } from './registry.js';

/** A router with the options of all rows that use it. */
export interface RouterRequest {
  readonly router: string;
  readonly options: readonly Readonly<Record<string, unknown>>[];
}

/** Longer names are refused. */
const LONGEST_NAME = 80;

/**
 * Loads a plug-in and validates the options of its rows.
 * @returns what it calls itself, fit for a label      @throws what loading and validating throw
 */
export async function inspectRouter(
  { router, options }: RouterRequest,
  registry: PluginRegistry,
): Promise<string> {
  const plugin = await loadPlugin(router, registry);
  if (plugin === null) return router;
  for (const given of options) parseOptions(plugin.options, given, `router ${plugin.name}`);
  return plugin.name.replace(/\p{C}/gu, '').slice(0, LONGEST_NAME);
}

import { assertKinds, assertPlugin } from '@moekit/core';
import type { RouterPlugin } from '@moekit/core';
import type { TaskPlugin } from '@moekit/models';

import { builtInTasks } from './built-in.js';

/** A plug-in that has a name. */
export interface Registered<Plugin> {
  load(): Promise<Plugin>;
  /**
   * sha256 of the plug-in's code, imports and packages included, and of which export it is; null for one of moekit's. It
   * tells results of other code apart.
   * @throws where the code is missing
   */
  hash(): string | null;
}

/** Routers and tasks by name. bench itself knows no router: the caller passes them. */
export interface PluginRegistry {
  /** null stands for none, that is for dense feed-forward layers. */
  readonly routers: ReadonlyMap<string, Registered<RouterPlugin | null>>;
  readonly tasks: ReadonlyMap<string, Registered<TaskPlugin>>;
}

/** The row without a router, which others are compared with by default. */
export const DENSE = { router: 'dense', options: {} } as const;

/** Whether a row is the dense one. */
export const isDense = ({ router }: { readonly router: string }) => router === DENSE.router;

/** Makes a registry of these routers under their own names, of the dense row, and of moekit's tasks. */
export function registryOf(routers: readonly RouterPlugin[]): PluginRegistry {
  assertKinds('registryOf', { routers }, { routers: 'list' }, 'Pass a list: registryOf([router]).');
  routers.forEach((router) => assertPlugin(router));
  const named = routers.map((router) => [router.name, ofMoekit(router)] as const);
  return {
    routers: new Map<string, Registered<RouterPlugin | null>>([
      [DENSE.router, ofMoekit(null)],
      ...named,
    ]),
    tasks: new Map(builtInTasks.map((task) => [task.name, ofMoekit(task)])),
  };
}

function ofMoekit<Plugin>(plugin: Plugin): Registered<Plugin> {
  return { load: () => Promise.resolve(plugin), hash: () => null };
}

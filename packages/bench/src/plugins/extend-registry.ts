import type { RouterPlugin } from '@moekit/core';
import { assertPlugin } from '@moekit/core';
import type { TaskPlugin } from '@moekit/models';

import { fail } from '../errors.js';
import { hashExport } from './hash-modules.js';
import { importRouter } from './load-plugin.js';
import { assertTask, assertTaskFile, importTask, locateTask, unknownTask } from './load-task.js';
import { locatePlugin } from './locate-plugin.js';
import { parseReference } from './reference.js';
import type { PluginRegistry, Registered } from './registry.js';

/** Plug-ins under names of the application: themselves, or the file (`./mine.ts#mine`) or package that exports them. */
export interface NamedPlugins {
  readonly routers: Readonly<Record<string, string | RouterPlugin>>;
  readonly tasks: Readonly<Record<string, string | TaskPlugin>>;
}

/** The file that names plug-ins: its hash stands for plug-ins given as values. */
interface Origin {
  readonly file: string;
  /** File names in references count from there, and packages are looked up from there. */
  readonly folder: string;
}

/** A registry with further names. Files and packages behind them are looked for when they are used. @throws BENCH_CONFIG */
export function extendRegistry(
  registry: PluginRegistry,
  { routers, tasks }: NamedPlugins,
  origin: Origin,
): PluginRegistry {
  const from = origin.folder;
  const ownRouters = named(routers, registry.routers, (router, name) =>
    typeof router === 'string'
      ? reference(router, {
          locate: () => locatePlugin(router, { registry, from }),
          load: (path) => importRouter(router, path),
        })
      : itself(assertPlugin(router, `Router plug-in ${name}`), origin),
  );
  const ownTasks = named(tasks, registry.tasks, (task, name) =>
    typeof task === 'string'
      ? reference(task, {
          locate: () => located(task, registry, from),
          load: (path) => importTask(task, path),
        })
      : itself(assertTask(task, `Task ${name}`), origin),
  );
  return {
    routers: new Map([...registry.routers, ...ownRouters]),
    tasks: new Map([...registry.tasks, ...ownTasks]),
  };
}

/** @throws BENCH_CONFIG for a name that has a meaning already: results would not say which was meant */
function named<Plugin, Value>(
  plugins: Readonly<Record<string, Plugin>>,
  taken: ReadonlyMap<string, unknown>,
  registered: (plugin: Plugin, name: string) => Registered<Value>,
): (readonly [string, Registered<Value>])[] {
  return Object.entries(plugins).map(([name, plugin]) => {
    if (taken.has(name)) {
      throw fail('BENCH_CONFIG', {
        asked: 'A plug-in of your own needs a name of its own',
        got: `${name}, which is one of moekit's`,
        fix: 'Give it another name.',
      });
    }
    return [name, registered(plugin, name)] as const;
  });
}

/** A plug-in of a file or a package, and of which export: both are looked up when it is used. */
function reference<Plugin>(
  text: string,
  { locate, load }: { locate: () => string; load: (path: string) => Promise<Plugin> },
): Registered<Plugin> {
  const { exportName } = parseReference(text);
  return { hash: () => hashExport(locate(), exportName), load: async () => load(locate()) };
}

/** A plug-in that the configuration holds, whose code is that of the configuration. */
function itself<Plugin extends { readonly name: string }>(
  plugin: Plugin,
  { file }: Origin,
): Registered<Plugin> {
  return { hash: () => hashExport(file, plugin.name), load: () => Promise.resolve(plugin) };
}

function located(task: string, { tasks }: PluginRegistry, from: string): string {
  const path = locateTask(task, from);
  if (path === undefined) throw unknownTask(task, tasks.keys());
  assertTaskFile(task, path);
  return path;
}

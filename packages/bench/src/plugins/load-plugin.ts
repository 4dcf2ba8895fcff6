import { assertRegistry, assertText } from './assert-registry.js';
import type { RouterPlugin } from '@moekit/core';
import { assertPlugin } from '@moekit/core';
import { isMoekitError } from '@moekit/kernels';

import { fail } from '../errors.js';
import { exportNames, exportOf } from './default-of.js';
import { describeAddition, describeLoadError } from './describe-load-error.js';
import { guardPrototypes } from './guard-prototypes.js';
import { importFile } from './import-file.js';
import { locatePlugin } from './locate-plugin.js';
import { parseReference } from './reference.js';
import type { PluginRegistry } from './registry.js';

/**
 * The plug-in of a row: a registered name, a file or folder (counted from the working directory) or an installed
 * package, with `#name` for another export than the default. Code that is loaded runs with the user's own rights.
 * @returns null for a row without a router: dense layers
 * @throws BENCH_ROUTER_UNKNOWN, BENCH_PLUGIN_FILE, BENCH_PLUGIN_EXPORT, MOE_PLUGIN, MOE_API_VERSION
 */
export async function loadPlugin(
  router: string,
  registry: PluginRegistry,
): Promise<RouterPlugin | null> {
  assertText('loadPlugin', 'router', router);
  assertRegistry('loadPlugin', registry);
  const registered = registry.routers.get(router);
  return registered ? registered.load() : importRouter(router, locatePlugin(router, { registry }));
}

/** Imports the router that a text names from the file that it leads to. @throws as `loadPlugin` */
export async function importRouter(router: string, path: string): Promise<RouterPlugin> {
  const module = await importPlugin(router, path);
  return assertPlugin(pickExport(module, router), `Router plug-in ${router}`);
}

async function importPlugin(router: string, path: string): Promise<unknown> {
  const failed = (got: { got: string; fix: string; cause?: unknown }) =>
    fail('BENCH_PLUGIN_FILE', { asked: `Router plug-in ${router} must load`, ...got });
  try {
    return await guardPrototypes(
      () => importFile(path),
      (addition) => failed(describeAddition(addition)),
    );
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    throw failed({ ...describeLoadError(cause, path), cause });
  }
}

/** @throws BENCH_PLUGIN_EXPORT with the exports that there are */
function pickExport(module: unknown, router: string): unknown {
  const { source, exportName } = parseReference(router);
  const value = exportOf(module, exportName);
  if (value !== undefined && value !== null) return value;
  const others = exportNames(module);
  const what = exportName === 'default' ? 'default export' : `export ${exportName}`;
  throw fail('BENCH_PLUGIN_EXPORT', {
    asked: `${source} must have a router plug-in as its ${what}`,
    got: `no ${what}; it exports ${others.join(', ') || 'nothing'}`,
    fix:
      others.length > 0
        ? `Name the export: --router ${source}#${others[0]}. See docs/writing-a-router.md#compare-it.`
        : 'Write: export default defineRouter({ name, apiVersion: 1, options, create }). See docs/writing-a-router.md#from-an-empty-file.',
  });
}

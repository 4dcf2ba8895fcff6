import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import type { RouterPlugin } from '@moekit/core';
import { assertPlugin } from '@moekit/core';
import { isMoekitError } from '@moekit/kernels';

import { fail } from '../errors.js';
import { isPath } from '../experiment/label.js';
import { findPackage } from './find-package.js';
import { importFile } from './import-file.js';
import type { PluginRegistry } from './registry.js';

/**
 * The plug-in of a row: a registered name, a file (counted from the working directory) or an installed package.
 * @throws BENCH_ROUTER_UNKNOWN, BENCH_PLUGIN_FILE, BENCH_PLUGIN_EXPORT, MOE_PLUGIN, MOE_API_VERSION
 */
export async function loadPlugin(router: string, registry: PluginRegistry): Promise<RouterPlugin> {
  const registered = registry.get(router);
  if (registered) return registered;
  const module = await importPlugin(router, registry);
  const plugin = (module as { default?: unknown } | null)?.default;
  if (plugin === undefined || plugin === null) {
    throw fail('BENCH_PLUGIN_EXPORT', {
      asked: `${router} must default-export a router plug-in`,
      got: 'no default export',
      fix: 'Write: export default defineRouter({ name, apiVersion: 1, options, create }).',
    });
  }
  return assertPlugin(plugin, router);
}

async function importPlugin(router: string, registry: PluginRegistry): Promise<unknown> {
  const path = isPath(router) ? resolve(router) : resolvePackage(router, registry);
  if (!existsSync(path)) {
    throw fail('BENCH_PLUGIN_FILE', {
      asked: 'A router plug-in must be a file',
      got: `${router}, which does not exist`,
      fix: 'Check the path.',
    });
  }
  try {
    return await importFile(path);
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    throw fail('BENCH_PLUGIN_FILE', {
      asked: `${router} must load`,
      got: (cause instanceof Error ? cause.message : String(cause)).split('\n')[0]!,
      fix: 'Mend the file, or what it imports.',
      cause,
    });
  }
}

function resolvePackage(name: string, registry: PluginRegistry): string {
  const path = findPackage(name);
  if (path !== undefined) return path;
  throw fail('BENCH_ROUTER_UNKNOWN', {
    asked: 'A router must be a registered name, a file or an installed package',
    got: name,
    fix: `Registered are: ${['dense', ...registry.keys()].join(', ')}.`,
  });
}

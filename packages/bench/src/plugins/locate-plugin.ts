import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { fail } from '../errors.js';
import { isPath } from './reference.js';
import { fileProblem } from './file-problem.js';
import { findOwnEntry, findPackage } from './find-package.js';
import { parseReference } from './reference.js';
import type { PluginRegistry } from './registry.js';

/** Where the source of a package lies: needs no build. */
const ENTRIES = ['src/index.ts', 'index.ts', 'index.mts', 'index.js', 'index.mjs'];

export interface Located {
  readonly registry: PluginRegistry;
  /** Names are looked up from there: the working directory, the user's project, unless another is given. */
  readonly from?: string;
}

/**
 * The file behind a router that is not registered.
 * A folder is a package under development: its `src/index.ts` or `index.ts`, else what its package.json exports.
 * @throws BENCH_PLUGIN_FILE, BENCH_ROUTER_UNKNOWN
 */
export function locatePlugin(router: string, { registry, from = process.cwd() }: Located): string {
  const { source } = parseReference(router);
  if (!isPath(source)) return locatePackage(source, registry, from);
  const path = resolve(from, source);
  if (isFolder(path)) return locateInFolder(path, source);
  const problem = fileProblem(path);
  if (problem === undefined) return path;
  throw fail('BENCH_PLUGIN_FILE', {
    asked: 'A router plug-in must be a file',
    got: `${source}, ${problem}`,
    fix: `Check the path, which is relative to ${from}. See docs/writing-a-router.md#compare-it.`,
  });
}

const isFolder = (path: string) =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

function locateInFolder(folder: string, source: string): string {
  const entries = ENTRIES.map((entry) => join(folder, entry));
  const found = entries.find((entry) => existsSync(entry)) ?? findOwnEntry(folder);
  if (found !== undefined && existsSync(found)) return found;
  throw fail('BENCH_PLUGIN_FILE', {
    asked: `Folder ${source} must contain a router package`,
    got: `none of ${ENTRIES.join(', ')}, and no built file that its package.json exports`,
    fix: 'Name the file, or build the package.',
  });
}

function locatePackage(name: string, { routers }: PluginRegistry, from: string): string {
  const path = findPackage(name, from);
  if (path !== undefined) return path;
  throw fail('BENCH_ROUTER_UNKNOWN', {
    asked: 'A router must be a registered name, a file or an installed package',
    got: name,
    fix: `Registered routers are ${[...routers.keys()].join(', ')}. The path of a file starts with ./; a package must be installed: npm i ${name}`,
  });
}

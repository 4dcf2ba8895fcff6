import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

import type { Jiti } from 'jiti';
import { createJiti } from 'jiti';

import { loaderOf } from './files-named.js';
import { SHARED, sharedFiles, sharedModules } from './shared-modules.js';

/** Taken from moekit only where the file's own folder has none. */
const FALLBACK = ['zod', 'rxjs'];

/**
 * Imports a .ts or .js file, TypeScript compiled on the way. Nothing that was compiled is kept: a folder of temporary
 * files is everyone's, and files in it would be run.
 * @param modules what imports of these names give, wherever the file lies      @returns its namespace
 */
export async function importFile(
  path: string,
  modules: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  const jiti = jitiFor(path, modules);
  const ending = extname(path).toLowerCase();
  if (ending === extname(path)) return itself(await jiti.import(path));
  const source = await readFile(path, 'utf8'); // an ending in capitals, which jiti does not know
  return itself(await jiti.evalModule(source, { filename: path, ext: ending, async: true }));
}

/**
 * The module behind jiti's view of it, in which what a CommonJS module exports is found by name too, as Node.js finds it:
 * imports inside a file need that, while here it would give every module a default export.
 */
function itself(module: unknown): unknown {
  const isView = Object(module) === module && !Object.hasOwn(module as object, 'default');
  return isView ? (module as { default?: unknown }).default : module;
}

function jitiFor(path: string, modules: Readonly<Record<string, unknown>>): Jiti {
  const lacking = FALLBACK.filter((name) => !canResolve(path, name));
  return loaderOf(path, {
    interopDefault: true,
    virtualModules: sharedModules([...SHARED, ...lacking], modules),
    alias: sharedFiles(),
  });
}

function canResolve(path: string, name: string): boolean {
  return createJiti(path, { fsCache: false }).esmResolve(name, { try: true }) !== undefined;
}

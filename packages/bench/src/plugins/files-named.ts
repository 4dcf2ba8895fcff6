import { readdirSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { Jiti, JitiOptions } from 'jiti';
import { createJiti } from 'jiti';

import { SHARED } from './hash-package.js';
import type { Named } from './imports-of.js';

export const MODULE = /\.[cm]?[jt]sx?$/i;

/** The loader of a plug-in, with the paths of its tsconfig.json; one that does not parse has none. */
export function loaderOf(path: string, options: JitiOptions = {}): Jiti {
  const all = { ...options, fsCache: false };
  try {
    return createJiti(path, { ...all, tsconfigPaths: true });
  } catch {
    return createJiti(path, all);
  }
}

/** The files that a module names, as its plug-in's loader finds them; what is shared or not there is left out. */
export function filesNamed({ imports, texts }: Named, from: string, loader: Jiti): string[] {
  const beside = (name: string) => join(dirname(from), name);
  return [
    ...[...imports].flatMap((name) => imported(name, from, loader)),
    ...[...texts].flatMap((text) => {
      if (/[\0\n]/.test(text) || text.length > LONGEST) return [];
      if (/^\.{1,2}\//.test(text)) return imported(text, from, loader);
      return /[^/]\.\w+$/.test(text) ? [text, beside(text)].filter(isFile) : [];
    }),
  ];
}

/** Characters; no file has a longer name. */
const LONGEST = 4096;

function imported(name: string, from: string, loader: Jiti): readonly string[] {
  if (isBuiltin(name) || SHARED.test(name)) return [];
  if (name.endsWith('/')) return filesIn(join(dirname(from), name), /^[./]*$/.test(name));
  const url = loader.esmResolve(name, { parentURL: pathToFileURL(from).href, try: true });
  if (url === undefined) return [];
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  return isFile(file) ? [file] : [];
}

/** Of a module's own folder, or one around it, the modules alone: anything may lie there. */
function filesIn(folder: string, modulesAlone: boolean): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const found = readdirSync(folder, { recursive: !modulesAlone, encoding: 'utf8' });
  const named = found.filter((name) => !/(^|[\\/])(node_modules|\.[^\\/]*)([\\/]|$)/.test(name));
  const files = modulesAlone ? named.filter((name) => MODULE.test(name)) : named;
  return files.map((name) => join(folder, name)).filter(isFile);
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

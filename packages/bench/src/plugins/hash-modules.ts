import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createJiti } from 'jiti';

import { hashPackage, packageAround } from './hash-package.js';
import { importsOf } from './imports-of.js';

/** Taken from moekit wherever a plug-in lies; their versions are part of every run. */
const SHARED = /^@moekit\/(core|kernels|models|bench)(\/|$)|^@tensorflow\//;

const MODULE = /\.[cm]?[jt]sx?$/;

/**
 * sha256 (hex) of all code behind a plug-in's file: the file, what it imports, what that imports, and the whole of each
 * package that is reached. Equal folders have equal hashes wherever they lie.
 * What a module names at run time alone, or reads with `fs`, is not seen.
 */
export function hashModules(entry: string): string {
  const root = resolve(entry);
  const parts = new Map<string, string>();
  const seen = new Set<string>();
  const queue = [root];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    const real = realpathSync(file);
    const inside = packageAround(real);
    const key = inside?.folder ?? file;
    if (seen.has(key)) continue;
    seen.add(key);
    if (inside) {
      parts.set(inside.label, hashPackage(inside.folder));
      queue.push(...inside.dependencies.flatMap((name) => found(name, inside.manifest)));
      continue;
    }
    const bytes = readFileSync(file);
    parts.set(labelOf(file, root), createHash('sha256').update(bytes).digest('hex'));
    const names = MODULE.test(file) ? importsOf(String(bytes), file) : [];
    queue.push(real, ...names.flatMap((name) => found(name, file)));
  }
  const lines = [...parts].map((part) => part.join(' ')).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

const labelOf = (file: string, root: string) =>
  file === root ? '.' : relative(dirname(root), file).split(sep).join('/');

/** The files behind a name, as the loader finds them from a file; none where it is shared or not there. */
function found(name: string, from: string): readonly string[] {
  if (isBuiltin(name) || SHARED.test(name)) return [];
  if (name.endsWith('/')) return modulesIn(join(dirname(from), name));
  const url = createJiti(from, { fsCache: false }).esmResolve(name, { try: true });
  if (url === undefined) return [];
  const file = url.startsWith('file:') ? fileURLToPath(url) : url;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? [file] : [];
}

function modulesIn(folder: string): readonly string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  const names = readdirSync(folder).filter((name) => MODULE.test(name));
  return names.map((name) => join(folder, name));
}

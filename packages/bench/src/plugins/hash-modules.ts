import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';

import { filesNamed, loaderOf, MODULE } from './files-named.js';
import { hashPackage, manifestOf, packageAround } from './hash-package.js';
import { importsOf } from './imports-of.js';

/**
 * sha256 (hex) of all code behind a plug-in's file: the file, what it imports, what that imports, the files whose names
 * are in any of these, and the whole of each package that is reached. Equal folders have equal hashes in any place.
 * A name that a module computes at run time is not seen.
 */
export function hashModules(entry: string): string {
  const root = resolve(entry);
  const loader = loaderOf(root);
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
      const { dependencies, folder, manifest } = inside;
      const named = { imports: new Set(dependencies), texts: new Set<string>() };
      queue.push(...dependencies.flatMap((name) => manifestOf(name, folder)));
      queue.push(...filesNamed(named, manifest, loader)); // the code of one that is linked
      continue;
    }
    const bytes = readFileSync(file);
    parts.set(labelOf(file, root), createHash('sha256').update(bytes).digest('hex'));
    queue.push(real);
    if (MODULE.test(file)) queue.push(...filesNamed(importsOf(String(bytes), file), file, loader));
  }
  const lines = [...parts].map((part) => part.join(' ')).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** The same, of one export of a file: two exports are two plug-ins. */
export function hashExport(entry: string, name: string): string {
  return createHash('sha256')
    .update(`${hashModules(entry)} ${name}`)
    .digest('hex');
}

const labelOf = (file: string, root: string) =>
  file === root ? '.' : relative(dirname(root), file).split(sep).join('/');

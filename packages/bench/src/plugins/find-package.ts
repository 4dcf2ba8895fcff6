import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createJiti } from 'jiti';

/** A package, or a file that it exports: no address (`data:`, `https:`), which would load code from anywhere. */
const NAME = /^(?:@[\w.~-]+\/)?[\w~-][\w.~-]*(?:\/[\w.~/-]+)?$/;

/** The file that an installed package's name leads to, seen from the working directory. */
export function findPackage(name: string, from = process.cwd()): string | undefined {
  if (!NAME.test(name) || isBuiltin(name)) return undefined;
  const found = createJiti(join(from, 'package.json'), { fsCache: false }).esmResolve(name, {
    try: true,
  });
  if (found === undefined) return undefined;
  return found.startsWith('file:') ? fileURLToPath(found) : found;
}

/** The entry of the package in a folder: by its own name as its users see it, else its `main`. */
export function findOwnEntry(folder: string): string | undefined {
  const name = readName(folder);
  return (name && findPackage(name, folder)) ?? findPackage(folder);
}

function readName(folder: string): string | undefined {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    const { name } = Object(JSON.parse(text)) as { name?: unknown };
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

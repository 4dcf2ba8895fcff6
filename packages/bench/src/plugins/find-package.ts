import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createJiti } from 'jiti';

/** The file that an installed package's name leads to, seen from the working directory. */
export function findPackage(name: string, from = process.cwd()): string | undefined {
  const found = createJiti(join(from, 'package.json')).esmResolve(name, { try: true });
  if (found === undefined) return undefined;
  return found.startsWith('file:') ? fileURLToPath(found) : found;
}

/** What the package in a folder exports: by its own name as its users see it, else its `main`. */
export function findOwnEntry(folder: string): string | undefined {
  const name = readName(folder);
  return (name && findPackage(name, folder)) ?? findPackage(folder);
}

function readName(folder: string): string | undefined {
  try {
    const text = readFileSync(join(folder, 'package.json'), 'utf8');
    return (JSON.parse(text) as { name?: string }).name;
  } catch {
    return undefined;
  }
}

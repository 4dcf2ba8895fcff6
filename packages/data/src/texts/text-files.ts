import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { hasTextEnding, KNOWN_ENDINGS } from './formats.js';
import { unreadable } from './text-errors.js';

/** Links can make a small tree look endless. */
const MOST_ENTRIES = 1_000_000;

/**
 * Every text below a folder in the order of their names. Links count as what they lead to; names that begin with a dot
 * are left out.
 * @throws DATA_MISSING where there is none, or a text or folder that cannot be read
 */
export async function textFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  const walk = { files, entries: 0 };
  await collect(folder, [], walk).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  if (files.length > 0) return files.sort();
  throw unreadable(folder, new Error(`no file that ends in ${KNOWN_ENDINGS}`));
}

interface Walk {
  readonly files: string[];
  entries: number;
}

/** @param above folders that this one is in, as they really are */
async function collect(folder: string, above: readonly string[], walk: Walk): Promise<void> {
  const here = await realpath(folder);
  if (above.includes(here)) throw new Error(`a link that leads back to itself: ${folder}`);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    if (++walk.entries > MOST_ENTRIES) throw new Error(`more than ${MOST_ENTRIES} files`);
    const path = join(folder, entry.name);
    if (await isFolder(entry, path)) await collect(path, [...above, here], walk);
    else if (hasTextEnding(path)) walk.files.push(path);
  }
}

async function isFolder(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false, // a text that leads nowhere is found out when it is read
  );
}

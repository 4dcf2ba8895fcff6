import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { CheckpointFolder } from '../checkpoint/checkpoint-folder.js';
import { sizeOfFile } from '../checkpoint/regular-file.js';
import { fetchFile } from './fetch-file.js';

/** The bytes of a file in a folder, which may be a path, a file: or an http(s): address. */
export async function readFileOf(folder: string | URL, name: string): Promise<Uint8Array> {
  const path = pathOf(folder);
  if (path === undefined)
    return fetchFile(new URL(`${String(folder).replace(/\/*$/, '/')}${name}`));
  const file = join(path, name);
  await sizeOfFile(file);
  return new Uint8Array(await readFile(file)); // a Buffer's slice would be a view
}

/** The checkpoint that a path means: the last whole one of a run's folder, else what is given. */
export async function checkpointAt(folder: string | URL): Promise<string | URL> {
  const path = pathOf(folder);
  if (path === undefined) return folder;
  for (const checkpoints of [join(path, 'checkpoints'), path]) {
    const { whole } = await new CheckpointFolder(checkpoints).latestWhole();
    if (whole) return whole.path;
  }
  return folder;
}

/** `undefined` for an address in a network. */
function pathOf(folder: string | URL): string | undefined {
  const address = String(folder);
  if (/^https?:/.test(address)) return undefined;
  return address.startsWith('file:') ? fileURLToPath(address) : address;
}

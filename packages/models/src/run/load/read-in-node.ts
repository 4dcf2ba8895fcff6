import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sizeOfFile } from '../checkpoint/regular-file.js';
import { fetchFile } from './fetch-file.js';

/** The bytes of a file in a folder, which may be a path, a file: or an http(s): address. */
export async function readFileOf(folder: string | URL, name: string): Promise<Uint8Array> {
  const address = String(folder);
  if (/^https?:/.test(address)) return fetchFile(new URL(`${address.replace(/\/*$/, '/')}${name}`));
  const path = join(address.startsWith('file:') ? fileURLToPath(address) : address, name);
  await sizeOfFile(path);
  return new Uint8Array(await readFile(path)); // a Buffer's slice would be a view
}

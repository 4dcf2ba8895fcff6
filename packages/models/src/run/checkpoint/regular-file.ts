import { readFile, stat } from 'node:fs/promises';

import { damaged } from './strict-json.js';

/**
 * Bytes of a file, which is one: a pipe or a device would be read for ever.
 * @throws MODELS_CHECKPOINT_CORRUPT, and what the file system throws
 */
export async function sizeOfFile(path: string): Promise<number> {
  const found = await stat(path);
  if (found.isFile()) return found.size;
  throw damaged(path, found.isDirectory() ? 'a folder' : 'a pipe or a device');
}

/** The text of a file that is no longer than it can be. @throws as `sizeOfFile` */
export async function readTextUpTo(path: string, most: number): Promise<string> {
  const size = await sizeOfFile(path);
  if (size > most) throw damaged(path, `${size} bytes, where ${most} are more than enough`);
  return readFile(path, 'utf8');
}

import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { syncFile } from './sync-file.js';

/** Error codes of a file system that cannot sync the names in a folder. */
const CANNOT_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EISDIR']);

/**
 * Writes a file as a whole or not at all, and waits until the disk has it: the name leads to the old
 * content or to the new, even after a crash or if another process writes it too.
 * @throws what the file system throws; the old content is there then
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    await writeAndSync(part, text);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

const PART = /\.[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.part$/;

/** Removes what processes that were killed in `writeWhole` left in a folder; for its only writer. */
export async function clearParts(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => PART.test(one))) await rm(join(folder, name));
}

export async function writeAndSync(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await syncFile(file);
  } finally {
    await file.close();
  }
}

/** Waits until the disk has the names in a folder. Windows cannot open one, and needs none of it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await syncFile(folder);
  } catch (error) {
    if (!CANNOT_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await folder.close();
  }
}

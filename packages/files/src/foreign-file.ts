import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';

/**
 * Opens a regular file, or a link to one. Anything else (a named pipe, a device, a socket, a folder) is an error rather
 * than a wait without end.
 * @throws errors of the file system, for the caller to code
 */
export async function openRegular(path: string): Promise<FileHandle> {
  assertRegular(await stat(path), path); // opening a device can change it
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    assertRegular(await handle.stat(), path); // the path may lead elsewhere by now
    return handle;
  } catch (cause) {
    await handle.close();
    throw cause;
  }
}

/**
 * A small file as text, without the byte order mark it may start with.
 * @throws errors of the file system; an Error for more than `limit` bytes or bytes that are not UTF-8
 */
export async function readSmallText(path: string, limit: number): Promise<string> {
  const handle = await openRegular(path);
  try {
    const { size } = await handle.stat();
    if (size > limit) throw new Error(`${size} bytes, which is more than ${limit}`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile());
  } finally {
    await handle.close();
  }
}

/** A file as it comes, in blocks. @throws errors of the file system, an Error where it changes while it is read */
export async function* blocksOf(handle: FileHandle): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const before = await handle.stat();
  for (let at = 0; at < before.size;) {
    const block = new Uint8Array(Math.min(2 ** 16, before.size - at));
    const { bytesRead } = await handle.read(block, 0, block.length, at);
    if (bytesRead === 0) break;
    yield block.subarray(0, bytesRead);
    at += bytesRead;
  }
  assertSame(before, await handle.stat());
}

/** @throws an Error where a file is not as it was */
export function assertSame(before: Stats, { size, mtimeMs }: Stats): void {
  if (size === before.size && mtimeMs === before.mtimeMs) return;
  throw new Error('a file that changed while it was read');
}

/** @throws an Error that says what is there instead of a file */
export function assertRegular(found: Stats, path: string): Stats {
  if (found.isFile()) return found;
  throw new Error(`${kindOf(found)}, not a file: ${path}`);
}

function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

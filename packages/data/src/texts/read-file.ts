import type { FileHandle } from 'node:fs/promises';
import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { isMoekitError } from '@moekit/core';
import { blocksOf, openRegular } from '@moekit/files';

import { isGzipped } from './formats.js';
import { notText, unreadable } from './text-errors.js';
import { withinReason } from './within-reason.js';

/**
 * The bytes of a file as they come, gunzipped where its name ends in .gz: never the whole file at once.
 * @param broken the error of a gzip that is damaged
 * @throws DATA_MISSING, DATA_BINARY for a broken gzip, DATA_LARGE for one that unfolds without end
 */
export async function* readChunks(
  path: string,
  broken: (path: string, got: string, cause: unknown) => Error = notText,
): AsyncGenerator<Uint8Array> {
  const handle = await openRegular(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    yield* isGzipped(path) ? gunzipped(handle, path) : blocksOf(handle);
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    throw isZlib(cause) ? broken(path, (cause as Error).message, cause) : unreadable(path, cause);
  } finally {
    await handle.close();
  }
}

async function* gunzipped(handle: FileHandle, path: string): AsyncGenerator<Uint8Array> {
  const { size } = await handle.stat();
  const gunzip = createGunzip();
  // errors of either end come out of the stream that is read
  const stream = pipeline(Readable.from(blocksOf(handle)), gunzip, () => undefined);
  try {
    yield* withinReason(stream as AsyncIterable<Uint8Array>, { path, size });
  } finally {
    gunzip.destroy();
  }
  // zlib ends with the last member, whatever comes after it
  if (gunzip.bytesWritten < size) throw trailing(size - gunzip.bytesWritten);
}

function trailing(bytes: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`${bytes} bytes after the end of the gzip`), { code: 'Z_TRAIL' });
}

function isZlib(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === 'string' && code.startsWith('Z_');
}

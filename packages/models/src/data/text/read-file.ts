import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { notText, unreadable } from './text-errors.js';

/**
 * The bytes of a file as they come, gunzipped where its name ends in .gz: never the whole file at once.
 * @throws MODELS_DATA_MISSING, MODELS_DATA_BINARY for a broken gzip
 */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const gzipped = path.endsWith('.gz');
  // errors of either end come out of the stream that is read
  const stream = gzipped ? pipeline(file, createGunzip(), () => undefined) : file;
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (cause) {
    if (isZlib(cause)) throw notText(path, (cause as Error).message, cause);
    throw unreadable(path, cause);
  } finally {
    file.destroy();
  }
}

function isZlib(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return typeof code === 'string' && code.startsWith('Z_');
}

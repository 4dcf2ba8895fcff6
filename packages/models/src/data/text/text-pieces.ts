import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { jsonLines } from './json-lines.js';
import { parquetTexts } from './parquet.js';
import { readChunks } from './read-file.js';
import { notText, unreadable } from './text-errors.js';
import { checkedUtf8 } from './utf8.js';

/** What a folder is searched for; a file that is named itself may have any other ending. */
const ENDINGS = ['.txt', '.text', '.md', '.jsonl', '.ndjson', '.parquet'];

/** What tells a text from an earlier one of the same name: each file's path, size and time of change (ms). */
export async function identify(
  path: string,
): Promise<readonly (readonly [string, number, number])[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const files = found.isDirectory() ? await textFiles(path) : [path];
  return Promise.all(
    files.map(async (file) => {
      const { size, mtimeMs } = await stat(file);
      return [resolve(file), size, mtimeMs] as const;
    }),
  );
}

/**
 * A text as it is read: a file of UTF-8, JSONL or Parquet, gzipped or not, or every such file below a folder in the order
 * of their names, a newline between them.
 * @param field which member or column holds the text of JSONL and Parquet
 * @throws MODELS_DATA_MISSING, MODELS_DATA_BINARY, MODELS_DATA_FORMAT
 */
export async function* textPieces(path: string, field: string): AsyncGenerator<Uint8Array> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (!found.isDirectory()) return yield* filePieces(path, field);
  for (const file of await textFiles(path)) {
    yield* filePieces(file, field);
    yield Uint8Array.of(0x0a);
  }
}

function filePieces(path: string, field: string): AsyncGenerator<Uint8Array> {
  const name = path.endsWith('.gz') ? path.slice(0, -3) : path;
  if (path.endsWith('.parquet')) return parquetTexts(path, { field });
  if (name.endsWith('.parquet')) throw notText(path, 'a Parquet file in gzip');
  const chunks = checkedUtf8(readChunks(path), path);
  const isJsonLines = name.endsWith('.jsonl') || name.endsWith('.ndjson');
  return isJsonLines ? jsonLines(chunks, { path, field }) : chunks;
}

async function textFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => ENDINGS.some((end) => file.endsWith(end) || file.endsWith(`${end}.gz`)))
    .sort();
  if (files.length > 0) return files;
  throw unreadable(folder, new Error(`no file that ends in ${ENDINGS.join(', ')}`));
}

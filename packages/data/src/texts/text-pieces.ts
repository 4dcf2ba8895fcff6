import { formatOf, isGzipped } from './formats.js';
import { jsonLines } from './json-lines.js';
import { readChunks } from './read-file.js';
import { notText } from './text-errors.js';
import type { TextFile } from './text-input.js';
import { checkedUtf8 } from './utf8.js';

/**
 * A text as it is read: files of UTF-8, JSONL or Parquet, gzipped or not, a newline between them. A file that is
 * elsewhere still is fetched when the reading gets there.
 * @param field which member or column holds the text of JSONL and Parquet
 * @throws DATA_MISSING, DATA_BINARY, DATA_FORMAT, what fetching throws
 */
export async function* textPieces(
  files: readonly TextFile[],
  field: string,
): AsyncGenerator<Uint8Array> {
  for (const [index, { path, fetch }] of files.entries()) {
    await fetch?.();
    if (index > 0) yield Uint8Array.of(0x0a);
    yield* filePieces(path, field);
  }
}

async function* filePieces(path: string, field: string): AsyncGenerator<Uint8Array> {
  const format = formatOf(path);
  if (format === 'parquet') {
    if (isGzipped(path)) throw notText(path, 'a Parquet file in gzip');
    const { parquetTexts } = await import('./parquet/parquet.js'); // few need its 50 modules
    return yield* parquetTexts(path, { field });
  }
  const chunks = checkedUtf8(readChunks(path), path);
  yield* format === 'json-lines' ? jsonLines(chunks, { path, field }) : chunks;
}

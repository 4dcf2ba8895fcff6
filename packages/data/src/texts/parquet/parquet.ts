import { isUtf8 } from 'node:buffer';
import type { FileHandle } from 'node:fs/promises';

import { isMoekitError } from '@moekit/core';
import { assertSame, openRegular } from '@moekit/files';
import type { AsyncBuffer, FileMetaData, RowGroup } from 'hyparquet';
import { parquetMetadata } from 'hyparquet';

import { inTime } from '../in-time.js';
import { notText, unreadable, wrongFormat } from '../text-errors.js';
import { textField } from '../text-field.js';
import { withinReason } from '../within-reason.js';
import { columnPages } from './column.js';
import { textColumn } from './schema.js';

/** Bytes of the part that says what is where. */
const LARGEST_FOOTER = 2 ** 24;

/**
 * The texts of a Parquet file, a page at a time.
 * @param field which column holds the text
 * @throws DATA_MISSING, DATA_FORMAT, DATA_BINARY for bytes that are not text, DATA_LARGE
 */
export async function* parquetTexts(
  path: string,
  { field }: { readonly field: string },
): AsyncGenerator<Uint8Array> {
  const handle = await openRegular(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const before = await handle.stat();
    yield* withinReason(texts(handle, { path, field }), { path, size: before.size });
    assertSame(before, await handle.stat());
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    if (isSystemError(cause)) throw unreadable(path, cause);
    const got = cause instanceof Error ? cause.message : String(cause);
    throw wrongFormat(`${path} must be a Parquet file`, got, cause);
  } finally {
    await handle.close();
  }
}

interface Wanted {
  readonly path: string;
  readonly field: string;
}

async function* texts(handle: FileHandle, wanted: Wanted): AsyncGenerator<Uint8Array> {
  const { size } = await handle.stat();
  const file = bufferOf(handle, size);
  const metadata = await footerOf(file);
  const { repetition_type: repetition } = textColumn(metadata, wanted.field, wanted.path);
  let row = 0;
  for (const group of metadata.row_groups) {
    const chunk = chunkOf(group, wanted.field);
    for await (const page of columnPages({ file, chunk, optional: repetition !== 'REQUIRED' })) {
      for (const value of page) yield lineOf(value, `${wanted.path}, row ${++row},`, wanted);
    }
  }
  if (BigInt(row) !== metadata.num_rows)
    throw new Error(`${row} rows instead of ${metadata.num_rows}`);
}

function bufferOf(handle: FileHandle, byteLength: number): AsyncBuffer {
  return {
    byteLength,
    async slice(start, end = byteLength) {
      const bytes = new Uint8Array(end - start);
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
        if (bytesRead === 0) throw new Error('a file that is cut short');
        at += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

async function footerOf(file: AsyncBuffer): Promise<FileMetaData> {
  const { byteLength: size } = file;
  if (size < 12) throw new Error(`${size} bytes`);
  const end = new DataView(await file.slice(size - 8));
  const length = end.getUint32(0, true);
  if (end.getUint32(4, true) !== 0x31524150) throw new Error('no PAR1 at the end');
  if (length > Math.min(size - 12, LARGEST_FOOTER)) throw new Error(`a footer of ${length} bytes`);
  const footer = await file.slice(size - 8 - length);
  return inTime(() => parquetMetadata(footer, { geoparquet: false }));
}

function chunkOf({ columns, num_rows: rows }: RowGroup, field: string) {
  const found = columns.find(
    ({ meta_data: meta }) => meta?.path_in_schema.length === 1 && meta.path_in_schema[0] === field,
  );
  if (!found?.meta_data) throw new Error(`a row group without the column ${field}`);
  if (found.file_path) throw new Error('a column that is in another file');
  if (found.meta_data.num_values !== rows) throw new Error('a column of another length');
  return found.meta_data;
}

function lineOf(value: Uint8Array | undefined, where: string, { path, field }: Wanted): Uint8Array {
  if (!value) return textField({ [field]: null }, field, where) as never;
  if (!isUtf8(value)) throw notText(path, `other bytes in ${where.slice(path.length + 2, -1)}`);
  const line = new Uint8Array(value.length + 1);
  line.set(value);
  line[value.length] = 0x0a;
  return line;
}

function isSystemError(cause: unknown): boolean {
  return typeof (cause as NodeJS.ErrnoException | null)?.syscall === 'string';
}

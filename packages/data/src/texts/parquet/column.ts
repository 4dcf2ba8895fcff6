import crc32 from 'crc-32';
import type { AsyncBuffer, ColumnMetaData, PageHeader } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

import { inTime } from '../in-time.js';
import { unpack } from './codecs.js';
import { readRuns } from './runs.js';
import { plain, readValues } from './values.js';

/** Bytes of a page, packed and unpacked; writers aim at a megabyte. */
const LARGEST_PAGE = 2 ** 27;

/** Values of a page. */
const MOST_VALUES = 2 ** 24;

/** A page's header is read from so much; statistics can make it long. */
const HEADER_WINDOWS = [2 ** 14, 2 ** 22];

export interface Column {
  readonly file: AsyncBuffer;
  readonly chunk: ColumnMetaData;
  /** Whether a value may be missing. */
  readonly optional: boolean;
}

type Value = Uint8Array | undefined;

/**
 * The byte arrays of a column in one row group, a page at a time; undefined for null. The sizes and counts in the file
 * is checked before memory is taken for it.
 * @throws an Error for what is damaged or not supported
 */
export async function* columnPages(column: Column): AsyncGenerator<readonly Value[]> {
  const { chunk } = column;
  const end = endOf(column);
  let left = Number(chunk.num_values);
  let dictionary: Uint8Array[] | undefined;
  for (let at = startOf(chunk); left > 0;) {
    const { header, size } = await headerAt(column, at, end);
    const packed = new Uint8Array(await column.file.slice(at + size, at + size + header.compressed_page_size)); // prettier-ignore
    at += size + packed.length;
    assertSum(header, packed);
    if (header.type === 'DICTIONARY_PAGE') {
      dictionary = inTime(() => dictionaryOf(header, packed, chunk.codec));
    } else if (header.type !== 'INDEX_PAGE') {
      const page = inTime(() => valuesOf(header, packed, { column, dictionary, left }));
      left -= page.length;
      yield page;
    }
  }
}

const startOf = ({ dictionary_page_offset: dictionary, data_page_offset: data }: ColumnMetaData) =>
  Number(dictionary || data);

function endOf({ file, chunk }: Column): number {
  const end = startOf(chunk) + Number(chunk.total_compressed_size);
  if (startOf(chunk) >= 4 && end >= startOf(chunk) && end <= file.byteLength) return end;
  throw new Error('a column that lies outside the file');
}

async function headerAt({ file }: Column, at: number, end: number) {
  for (const window of HEADER_WINDOWS) {
    const bytes = await file.slice(at, Math.min(at + window, end));
    const reader = { view: new DataView(bytes), offset: 0 };
    try {
      const header = inTime(() => parquetHeader(reader));
      assertSizes(header, end - at - reader.offset);
      return { header, size: reader.offset };
    } catch (cause) {
      if (bytes.byteLength < window || window === HEADER_WINDOWS.at(-1)) throw cause;
    }
  }
  throw new Error('a page without a header');
}

function assertSizes(header: PageHeader, left: number): void {
  const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
  for (const size of [packed, unpacked]) {
    if (!Number.isInteger(size) || size < 0) throw new Error(`a page of ${size} bytes`);
    if (size > LARGEST_PAGE) throw new Error(`a page of ${size} bytes, over ${LARGEST_PAGE}`);
  }
  if (packed > left) throw new Error(`a page of ${packed} bytes where ${left} are left`);
}

/** Not every writer states it. */
function assertSum({ crc }: PageHeader, packed: Uint8Array): void {
  if (crc !== undefined && crc32.buf(packed) !== crc) throw new Error('a page with another CRC');
}

function dictionaryOf(header: PageHeader, packed: Uint8Array, codec: string): Uint8Array[] {
  const { num_values: count } = header.dictionary_page_header!;
  const bytes = unpack(codec, packed, header.uncompressed_page_size);
  return plain(bytes, counted(count, MOST_VALUES));
}

interface Page {
  readonly column: Column;
  readonly dictionary: Uint8Array[] | undefined;
  /** Values of the column that no page had yet. */
  readonly left: number;
}

function valuesOf(header: PageHeader, packed: Uint8Array, page: Page): readonly Value[] {
  const { present, encoding, bytes } = header.data_page_header_v2
    ? secondForm(header, packed, page)
    : firstForm(header, packed, page);
  const count = present ? present.reduce((sum, one) => sum + one, 0) : countOf(header, page);
  const { dictionary } = page;
  const values = readValues({ encoding, bytes, count, dictionary, limit: LARGEST_PAGE });
  if (!present || count === present.length) return values;
  let next = 0;
  return Array.from(present, (there) => (there ? values[next++] : undefined));
}

function countOf({ data_page_header: one, data_page_header_v2: two }: PageHeader, { left }: Page) {
  return counted((two ?? one)?.num_values, Math.min(left, MOST_VALUES));
}

function counted(count: number | undefined, most: number): number {
  if (count !== undefined && count >= 0 && count <= most) return count;
  throw new Error(`${count} values in a page`);
}

/** A page that is packed whole, which of its values are present included. */
function firstForm(header: PageHeader, packed: Uint8Array, page: Page) {
  const { encoding, definition_level_encoding: levels } = header.data_page_header!;
  const bytes = unpack(page.column.chunk.codec, packed, header.uncompressed_page_size);
  if (!page.column.optional) return { present: undefined, encoding, bytes };
  if (levels !== 'RLE') throw new Error(`definition levels in ${levels}`);
  const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  const present = readRuns({ bytes: bytes.subarray(4, 4 + size), at: 0 }, 1, countOf(header, page));
  return { present, encoding, bytes: bytes.subarray(4 + size) };
}

/** A page whose levels are not packed. */
function secondForm(header: PageHeader, packed: Uint8Array, page: Page) {
  const v2 = header.data_page_header_v2!;
  const { definition_levels_byte_length: size, repetition_levels_byte_length: repeats } = v2;
  if (repeats !== 0) throw new Error('repeated values');
  const whole = header.uncompressed_page_size - size;
  const body = packed.subarray(size);
  if (size < 0 || size > packed.length || whole < 0) throw new Error('levels of another size');
  const bytes = v2.is_compressed ? unpack(page.column.chunk.codec, body, whole) : body;
  const levels = { bytes: packed.subarray(0, size), at: 0 };
  const present = page.column.optional ? readRuns(levels, 1, countOf(header, page)) : undefined;
  return { present, encoding: v2.encoding, bytes };
}

import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';

import type { Cursor } from './runs.js';
import { readRuns } from './runs.js';

export interface Encoded {
  readonly encoding: string;
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Of the column chunk, where it has one. */
  readonly dictionary: readonly Uint8Array[] | undefined;
  /** The values may have so many bytes together. */
  readonly limit: number;
}

/** The byte arrays of a page. @throws an Error for what is damaged or not supported */
export function readValues({ encoding, bytes, count, dictionary, limit }: Encoded): Uint8Array[] {
  if (count === 0) return [];
  switch (encoding) {
    case 'PLAIN':
      return plain(bytes, count);
    case 'PLAIN_DICTIONARY':
    case 'RLE_DICTIONARY':
      return fromDictionary(bytes, count, dictionary);
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return deltaLength(bytes, count);
    case 'DELTA_BYTE_ARRAY':
      return delta(bytes, count, limit);
    default:
      throw new Error(`pages in the encoding ${encoding}`);
  }
}

/** Each value after its length. @throws an Error where they do not fill the page */
export function plain(bytes: Uint8Array, count: number): Uint8Array[] {
  if (count * 4 > bytes.length)
    throw new Error(`${count} values in a page of ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(at, true);
    values.push(part(bytes, at + 4, length));
    at += 4 + length;
  }
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes after the last value`);
  return values;
}

function fromDictionary(
  bytes: Uint8Array,
  count: number,
  dictionary: readonly Uint8Array[] | undefined,
): Uint8Array[] {
  if (!dictionary) throw new Error('a page without its dictionary');
  const indices = readRuns({ bytes, at: 1 }, bytes[0] ?? 0, count);
  return Array.from(indices, (index) => {
    const value = dictionary[index];
    if (!value) throw new Error(`value ${index} of a dictionary of ${dictionary.length}`);
    return value;
  });
}

function deltaLength(bytes: Uint8Array, count: number): Uint8Array[] {
  const cursor: Cursor = { bytes, at: 0 };
  return cut(cursor, unpack(cursor, count));
}

/** Each value as the start of the one before and what follows it. */
function delta(bytes: Uint8Array, count: number, limit: number): Uint8Array[] {
  const cursor: Cursor = { bytes, at: 0 };
  const shared = unpack(cursor, count);
  const ends = cut(cursor, unpack(cursor, count));
  let last = new Uint8Array(0);
  let total = 0;
  return ends.map((end, i) => {
    const start = shared[i]!;
    total += start + end.length;
    if (start > last.length) throw new Error('a value that shares more than there is');
    if (total > limit) throw new Error(`values of over ${limit} bytes in a page`);
    const value = new Uint8Array(start + end.length);
    value.set(last.subarray(0, start));
    value.set(end, start);
    return (last = value);
  });
}

function cut(cursor: Cursor, lengths: Int32Array): Uint8Array[] {
  const values = Array.from(lengths, (length) => {
    const value = part(cursor.bytes, cursor.at, length);
    cursor.at += length;
    return value;
  });
  const left = cursor.bytes.length - cursor.at;
  if (left !== 0) throw new Error(`${left} bytes after the last value`);
  return values;
}

function unpack(cursor: Cursor, count: number): Int32Array {
  const { bytes, at } = cursor;
  const reader = {
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    offset: at,
  };
  const numbers = new Int32Array(count);
  deltaBinaryUnpack(reader, count, numbers);
  cursor.at = reader.offset;
  return numbers;
}

function part(bytes: Uint8Array, at: number, length: number): Uint8Array {
  if (length < 0 || at + length > bytes.length) throw new Error('a value that is cut short');
  return bytes.subarray(at, at + length);
}

/** Where reading is in some bytes. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/**
 * Numbers in Parquet's hybrid of repeated and bit-packed runs.
 * @param width bits of each      @param count how many there must be; memory follows it, not what the runs say
 * @throws RangeError for runs that are cut short or longer than the count
 */
export function readRuns(cursor: Cursor, width: number, count: number): Uint32Array {
  const values = new Uint32Array(count);
  if (width > 32) throw new RangeError(`${width} bits a value`);
  for (let seen = 0; seen < count;) {
    const header = readVarint(cursor);
    const length = (header >>> 1) * (header & 1 ? 8 : 1);
    if (length === 0) throw new RangeError('an empty run');
    const isPacked = (header & 1) === 1;
    if (!isPacked && seen + length > count) throw new RangeError('a run longer than its page');
    const end = Math.min(seen + length, count);
    if (isPacked) readPacked(cursor, { values, seen, end, width });
    else values.fill(readValue(cursor, width), seen, end);
    if (isPacked) cursor.at += (header >>> 1) * width;
    seen = end;
  }
  return values;
}

interface Run {
  readonly values: Uint32Array;
  readonly seen: number;
  readonly end: number;
  readonly width: number;
}

/** Reads a run's values; the cursor stays at its start. */
function readPacked({ bytes, at }: Cursor, { values, seen, end, width }: Run): void {
  let bit = at * 8;
  for (let i = seen; i < end; i++) {
    let value = 0;
    for (let read = 0; read < width;) {
      const byte = byteAt(bytes, bit >>> 3);
      const taken = Math.min(8 - (bit & 7), width - read);
      value += ((byte >>> (bit & 7)) & ((1 << taken) - 1)) * 2 ** read;
      read += taken;
      bit += taken;
    }
    values[i] = value;
  }
}

function readValue(cursor: Cursor, width: number): number {
  let value = 0;
  for (let i = 0; i < Math.ceil(width / 8); i++)
    value += byteAt(cursor.bytes, cursor.at++) * 256 ** i;
  return value;
}

/** @throws RangeError for more than 32 bits */
function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = byteAt(cursor.bytes, cursor.at++);
    value += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) {
      if (value >= 2 ** 32) break;
      return value;
    }
  }
  throw new RangeError('a number of over 32 bits');
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError('a run that is cut short');
  return byte;
}

import { damaged, parseStrictJson } from './strict-json.js';

/** Bytes of an element. */
const WIDTH = { F32: 4, I32: 4 } as const;

/** Where a tensor lies: bytes [begin, end) of the data that follows the header. */
export interface TensorEntry {
  readonly dtype: keyof typeof WIDTH;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** 100,000 tensors and more; what a longer header costs to read is out of proportion. */
const MAX_HEADER = 16 * 2 ** 20;

/** Bytes at the start of a file that say how long its header is. */
export const LENGTH_BYTES = 8;

/**
 * How long the header is.
 * @param start the first bytes of the file      @param fileBytes the size of the whole
 * @throws MODELS_CHECKPOINT_CORRUPT
 */
export function headerLength(start: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES) throw damaged('A safetensors file', `${fileBytes} bytes`);
  const length = new DataView(start.buffer, start.byteOffset).getBigUint64(0, true);
  if (length >= 2 && length <= Math.min(fileBytes - LENGTH_BYTES, MAX_HEADER))
    return Number(length);
  throw damaged('A safetensors file', `a header of ${length} bytes in a file of ${fileBytes}`);
}

/** Bytes that a tensor of this type and shape takes. */
export function byteLength({ dtype, shape }: Pick<TensorEntry, 'dtype' | 'shape'>): number {
  return shape.reduce((product, n) => product * n, WIDTH[dtype]);
}

/**
 * The start of a safetensors file: the header's length in 8 bytes (little-endian), then the header, padded with spaces
 * so that the data is aligned to 8 bytes.
 */
export function encodeHeader(entries: ReadonlyMap<string, TensorEntry>): Uint8Array {
  const described = [...entries].map(([name, { dtype, shape, begin, end }]) => [
    name,
    { dtype, shape, data_offsets: [begin, end] },
  ]);
  const json = JSON.stringify(Object.fromEntries(described));
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true);
  bytes.set(text, 8);
  return bytes;
}

/**
 * @param bytes the header without its length      @param dataBytes what follows it in the file
 * @returns the tensors in the order of their data, which they cover without gap or overlap
 * @throws MODELS_CHECKPOINT_CORRUPT
 */
export function decodeHeader(bytes: Uint8Array, dataBytes: number): Map<string, TensorEntry> {
  const parsed = parseStrictJson(decodeText(bytes), 'The header of a safetensors file');
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw corrupt('JSON that is not an object');
  }
  const { __metadata__: _, ...tensors } = parsed as Record<string, unknown>;
  const entries = Object.entries(tensors).map(
    ([name, described]) => [name, entryOf(name, described)] as const,
  );
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  assertCovered(entries, dataBytes);
  return new Map(entries);
}

/** The first thing that is wrong ends it: a list of all could be longer than the header. */
function entryOf(name: string, described: unknown): TensorEntry {
  const { dtype, shape, data_offsets, ...others } = Object(described) as Record<string, unknown>;
  if (name === '__proto__') throw corrupt('a tensor with an invalid name');
  if (!isType(dtype)) throw corrupt(`${name}.dtype: neither F32 nor I32`);
  if (!isWholes(shape)) throw corrupt(`${name}.shape: not a list of whole numbers`);
  if (!isWholes(data_offsets) || data_offsets.length !== 2) {
    throw corrupt(`${name}.data_offsets: not a pair of whole numbers`);
  }
  if (Object.keys(others).length > 0) throw corrupt(`${name}: unknown keys`);
  const [begin, end] = data_offsets as readonly [number, number];
  return { dtype, shape, begin, end };
}

function isType(value: unknown): value is TensorEntry['dtype'] {
  return typeof value === 'string' && Object.hasOwn(WIDTH, value);
}

function isWholes(value: unknown): value is readonly number[] {
  const whole = (n: unknown) => Number.isSafeInteger(n) && (n as number) >= 0;
  return Array.isArray(value) && value.every(whole);
}

function assertCovered(
  entries: readonly (readonly [string, TensorEntry])[],
  dataBytes: number,
): void {
  let at = 0;
  for (const [name, entry] of entries) {
    if (entry.begin !== at || entry.end - entry.begin !== byteLength(entry)) {
      const { begin, end, shape } = entry;
      throw corrupt(`bytes ${begin} to ${end} for ${name} of shape [${shape.join(', ')}]`);
    }
    at = entry.end;
  }
  if (at !== dataBytes) throw corrupt(`${dataBytes} bytes of data for tensors of ${at} bytes`);
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw damaged('The header of a safetensors file', 'bytes that are not UTF-8', cause);
  }
}

function corrupt(got: string) {
  return damaged('The header of a safetensors file', got.slice(0, 200));
}

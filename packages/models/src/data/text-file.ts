import { basename } from 'node:path';

import type { TextSource } from '../contract.js';
import { fail } from '../errors.js';
import { collect } from './text/collect.js';
import { tooLarge } from './text/text-errors.js';
import { textPieces } from './text/text-pieces.js';

/** Less than this leaves no validation text worth measuring on. */
const MINIMUM_BYTES = 1000;

/** Text and its tokens then fit in half a gigabyte. */
const LARGEST_BYTES = 2 ** 26;

export interface TextFileOptions {
  /** Use at most this much of the start; without it a text of more than 64 MiB is an error. */
  readonly maxBytes?: number | undefined;
  /** Member or column that holds the text of JSONL and Parquet. Default `text`. */
  readonly field?: string | undefined;
}

/**
 * A text of the user's, its first 90 % to train on and the rest to validate: a file of UTF-8, JSONL or Parquet, gzipped or
 * not, or a folder of them. It is read as a stream that stops at the limit, so any size is safe.
 * Neither the split nor the limit cuts a character in two.
 * @throws MODELS_DATA_MISSING, MODELS_DATA_SHORT, MODELS_DATA_BINARY, MODELS_DATA_FORMAT, MODELS_DATA_LARGE
 */
export async function loadTextFile(
  path: string,
  { maxBytes, field = 'text' }: TextFileOptions = {},
): Promise<TextSource> {
  const limit = maxBytes ?? LARGEST_BYTES;
  const read = await collect(textPieces(path, field), limit);
  if (read.more && maxBytes === undefined) throw tooLarge(path, limit);
  const bytes = read.more ? read.bytes.subarray(0, wholeCharacters(read.bytes)) : read.bytes;
  assertLongEnough(bytes, path);
  const at = splitPoint(bytes, 0.9);
  const part = read.more ? `the first ${bytes.length} bytes of ` : '';
  return {
    name: basename(path),
    attribution: `${part}${basename(path)}, a file of the user's.`,
    train: bytes.subarray(0, at),
    validation: bytes.subarray(at),
  };
}

function assertLongEnough(bytes: Uint8Array, path: string): void {
  if (bytes.length >= MINIMUM_BYTES) return;
  throw fail('MODELS_DATA_SHORT', {
    asked: `The text in ${path} must have at least ${MINIMUM_BYTES} bytes`,
    got: `${bytes.length}`,
    fix: 'Use a longer text.',
  });
}

/** The first byte at or after the share that starts a character (continuation bytes are 10xxxxxx). */
function splitPoint(bytes: Uint8Array, share: number): number {
  let at = Math.floor(bytes.length * share);
  while (at < bytes.length && isContinuation(bytes[at]!)) at++;
  return at;
}

/** How many bytes are whole characters: the last one may have been cut. */
function wholeCharacters(bytes: Uint8Array): number {
  let start = bytes.length - 1;
  while (start > 0 && isContinuation(bytes[start]!)) start--;
  const lead = bytes[start] ?? 0;
  const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return start + width <= bytes.length ? bytes.length : start;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

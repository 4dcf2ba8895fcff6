import { basename } from 'node:path';

import type { TextSource } from '../contract.js';
import { fail } from '../errors.js';
import { characterFrom, wholeCharacters } from './text/characters.js';
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
 * not, or a folder of them. It is read as a stream that stops at the limit, so any size is safe; the language-modelling
 * task streams what is larger.
 * Neither the split nor the limit cuts a character in two.
 * @throws MODELS_DATA_MISSING, MODELS_DATA_SHORT, MODELS_DATA_BINARY, MODELS_DATA_FORMAT, MODELS_DATA_LARGE
 */
export async function loadTextFile(
  path: string,
  options: TextFileOptions = {},
): Promise<TextSource> {
  const text = await textWithin(path, options, Math.max(LARGEST_BYTES, options.maxBytes ?? 0));
  if (text === null) throw tooLarge(path, LARGEST_BYTES);
  return text;
}

/** The same, or null where what is asked for has more than `largest` bytes. */
export async function textWithin(
  path: string,
  { maxBytes, field = 'text' }: TextFileOptions,
  largest = LARGEST_BYTES,
): Promise<TextSource | null> {
  const limit = Math.min(maxBytes ?? largest, largest);
  const read = await collect(textPieces(path, field), limit);
  if (read.more && limit !== maxBytes) return null;
  const bytes = read.more ? read.bytes.subarray(0, wholeCharacters(read.bytes)) : read.bytes;
  assertLongEnough(bytes, path);
  const at = characterFrom(bytes, Math.floor(bytes.length * 0.9));
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

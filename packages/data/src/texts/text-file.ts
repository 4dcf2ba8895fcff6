import type { TextSource } from '../contract.js';
import { fail } from '../errors.js';
import { characterFrom, wholeCharacters } from './characters.js';
import { collect } from './collect.js';
import { localText } from './local-text.js';
import { tooLarge } from './text-errors.js';
import type { TextFile, TextInput } from './text-input.js';
import { sharesOf } from './text-input.js';
import { textPieces } from './text-pieces.js';

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
 * @throws DATA_MISSING, DATA_SHORT, DATA_BINARY, DATA_FORMAT, DATA_LARGE
 */
export async function loadTextFile(
  path: string,
  { maxBytes, field = 'text' }: TextFileOptions = {},
): Promise<TextSource> {
  const input = await localText(path, field);
  const text = await textWithin(input, maxBytes, Math.max(LARGEST_BYTES, maxBytes ?? 0));
  if (text === null) throw tooLarge(path, LARGEST_BYTES);
  return text;
}

/** A text in memory, or null where a part of what is asked for has more than `largest` bytes. */
export async function textWithin(
  input: TextInput,
  maxBytes: number | undefined,
  largest = LARGEST_BYTES,
): Promise<TextSource | null> {
  const { name, attribution, field, source } = input;
  const shares = sharesOf(input, maxBytes);
  const train = await startOf(input.train, { field, wanted: shares[0], largest });
  const held = await startOf(input.validation ?? [], { field, wanted: shares[1], largest });
  if (!train || !held) return null;
  const bytes = train.bytes.length + held.bytes.length;
  assertLongEnough(bytes, source);
  const part = train.more || held.more ? `the first ${bytes} bytes of ` : '';
  return {
    name,
    attribution: `${part}${attribution}`,
    ...(input.validation ? { train: train.bytes, validation: held.bytes } : cut(train.bytes)),
  };
}

interface Limits {
  readonly field: string;
  readonly wanted: number | undefined;
  readonly largest: number;
}

async function startOf(files: readonly TextFile[], { field, wanted, largest }: Limits) {
  const limit = Math.min(wanted ?? largest, largest);
  const { bytes, more } = await collect(textPieces(files, field), limit);
  if (more && limit !== wanted) return null;
  return { bytes: more ? bytes.subarray(0, wholeCharacters(bytes)) : bytes, more };
}

function cut(bytes: Uint8Array): Pick<TextSource, 'train' | 'validation'> {
  const at = characterFrom(bytes, Math.floor(bytes.length * 0.9));
  return { train: bytes.subarray(0, at), validation: bytes.subarray(at) };
}

function assertLongEnough(bytes: number, source: string): void {
  if (bytes >= MINIMUM_BYTES) return;
  throw fail('DATA_SHORT', {
    asked: `The text in ${source} must have at least ${MINIMUM_BYTES} bytes`,
    got: `${bytes}`,
    fix: 'Use a longer text.',
  });
}

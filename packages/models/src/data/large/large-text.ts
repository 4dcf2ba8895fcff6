import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { TokenData, Tokenizer } from '../../contract.js';
import { cacheFolder } from '../cache-folder.js';
import type { TextFileOptions } from '../text-file.js';
import { wholeCharacters } from '../text/characters.js';
import { collect } from '../text/collect.js';
import { identify, textPieces } from '../text/text-pieces.js';
import { encodeSplits, measureText } from './encode-splits.js';
import { notKept } from './errors.js';
import { SplitEncoder } from './split-encoder.js';
import { readStored, splitFile, writeManifest } from './stored-tokens.js';

/** Part of the key: another encoder, other files. */
const VERSION = 1;

/** A tokenizer is made from at most this much of a text's start, all of it training text. */
const SAMPLE_BYTES = 2 ** 25;

export interface LargeTextOptions extends TextFileOptions {
  /** Called with the start of the training split, where the tokens are not there yet. */
  readonly tokenizer: (start: Uint8Array) => Promise<Tokenizer>;
  /** Tells that tokenizer from others. */
  readonly tokenizerKey: string;
}

/**
 * A text of any size, its first 90 % to train on: read as a stream, its tokens kept in files, of which training reads only
 * the windows that it needs. Files as they were then are not encoded again.
 * @param folder where tokens are kept      @throws what loadTextFile throws for bad text, MODELS_TOKENIZER, MODELS_DATA_CACHE
 */
export async function largeText(
  path: string,
  options: LargeTextOptions,
  folder = cacheFolder('tokens'),
): Promise<TokenData> {
  const { field = 'text', maxBytes, tokenizerKey } = options;
  const files = await identify(path);
  const key = JSON.stringify([VERSION, files, field, maxBytes ?? null, tokenizerKey]);
  const kept = join(folder, createHash('sha256').update(key).digest('hex'));
  return (await readStored(kept)) ?? store(path, options, kept);
}

async function store(path: string, options: LargeTextOptions, kept: string): Promise<TokenData> {
  const draft = `${kept}.${process.pid}`;
  try {
    await mkdir(draft, { recursive: true });
    await encodeInto(draft, path, options);
    await rename(draft, kept).catch(() => undefined); // another process was there first
  } catch (error) {
    throw isSystemError(error) ? notKept(draft, error.message, error) : error;
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
  const written = await readStored(kept);
  if (!written) throw notKept(kept, 'files that are not as they were written');
  return written;
}

async function encodeInto(
  folder: string,
  path: string,
  { field = 'text', maxBytes, tokenizer: make }: LargeTextOptions,
): Promise<void> {
  const pieces = () => textPieces(path, field);
  const bytes = await measureText(pieces(), maxBytes);
  const at = Math.floor(bytes * 0.9);
  const start = (await collect(pieces(), Math.min(at, SAMPLE_BYTES))).bytes;
  const tokenizer = await make(start.subarray(0, wholeCharacters(start)));
  const [train, validation] = (['train', 'validation'] as const).map(
    (split) => new SplitEncoder(splitFile(folder, split), tokenizer),
  ) as [SplitEncoder, SplitEncoder];
  try {
    await encodeSplits(pieces(), { bytes, at }, { train, validation });
  } finally {
    train.close();
    validation.close();
  }
  const part = maxBytes === undefined ? '' : `the first ${bytes} bytes of `;
  await writeManifest(folder, {
    schema: 1,
    name: basename(path),
    attribution: `${part}${basename(path)}, a file of the user's.`,
    tokenizer: tokenizer.name,
    vocabSize: tokenizer.vocabSize,
    bytesPerToken: validation.bytes / validation.tokens,
    hash: hashOf(tokenizer.name, [train, validation]),
    width: train.width,
    train: train.tokens,
    validation: validation.tokens,
  });
}

function hashOf(tokenizer: string, splits: readonly SplitEncoder[]): string {
  const hash = createHash('sha256').update(`${tokenizer}\n`);
  for (const { bytes, digest } of splits) hash.update(`${bytes} ${digest}\n`);
  return hash.digest('hex');
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { cacheFolder } from '../cache-folder.js';
import type { TokenData, Tokenizer } from '../contract.js';
import { ownCode } from '../own-code.js';
import { wholeCharacters } from '../texts/characters.js';
import { collect } from '../texts/collect.js';
import type { TextInput } from '../texts/text-input.js';
import { encodeSplits } from './encode-splits.js';
import { notKept } from './errors.js';
import { measured } from './measured-text.js';
import { SplitEncoder } from './split-encoder.js';
import { readStored, splitFile, writeManifest } from './stored-tokens.js';

/** A tokenizer is made from at most this much of a text's start, all of it training text. */
const SAMPLE_BYTES = 2 ** 25;

export interface LargeTextOptions {
  /** Use at most this much of the start. */
  readonly maxBytes?: number | undefined;
  /** Called with the start of the training split, where the tokens are not there yet. */
  readonly tokenizer: (start: Uint8Array) => Promise<Tokenizer>;
  /** Tells that tokenizer from others. */
  readonly tokenizerKey: string;
}

/**
 * A text of any size: read as a stream, its tokens kept in files, of which training reads only the windows that it needs.
 * Files as they were then are not encoded again.
 * @param folder where tokens are kept      @throws what loadTextFile throws for bad text, DATA_TOKENIZER, DATA_CACHE
 */
export async function largeText(
  input: TextInput,
  options: LargeTextOptions,
  folder = cacheFolder('tokens'),
): Promise<TokenData> {
  const kept = join(folder, keyOf(input, options));
  return (await readStored(kept)) ?? store(input, options, kept);
}

function keyOf(
  { train, validation, field, name, attribution }: TextInput,
  { maxBytes, tokenizerKey }: LargeTextOptions,
): string {
  const files = [train, validation].map((part) => part?.map(({ identity }) => identity) ?? null);
  const said = [name, attribution];
  const key = JSON.stringify([ownCode(), files, field, maxBytes ?? null, tokenizerKey, said]);
  return createHash('sha256').update(key).digest('hex');
}

async function store(
  input: TextInput,
  options: LargeTextOptions,
  kept: string,
): Promise<TokenData> {
  const draft = `${kept}.${process.pid}`;
  try {
    await mkdir(draft, { recursive: true });
    await encodeInto(draft, input, options);
    await rename(draft, kept).catch(async () => {
      if (await readStored(kept)) return; // another process was there first
      await rm(kept, { recursive: true, force: true });
      await rename(draft, kept);
    });
  } catch (error) {
    throw isSystemError(error) ? notKept(draft, error.message, error) : error;
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
  const written = await readStored(kept);
  if (!written) throw notKept(kept, 'the files differ from those written');
  return written;
}

async function encodeInto(
  folder: string,
  input: TextInput,
  { maxBytes, tokenizer: make }: LargeTextOptions,
): Promise<void> {
  const text = await measured(input, maxBytes);
  const start = (await collect(text.pieces(), Math.min(text.at, SAMPLE_BYTES))).bytes;
  const tokenizer = await make(start.subarray(0, wholeCharacters(start)));
  const [train, validation] = (['train', 'validation'] as const).map(
    (split) => new SplitEncoder(splitFile(folder, split), tokenizer),
  ) as [SplitEncoder, SplitEncoder];
  try {
    await encodeSplits(text.pieces(), text, { train, validation });
  } finally {
    train.close();
    validation.close();
  }
  const part = maxBytes === undefined ? '' : `the first ${text.bytes} bytes of `;
  await writeManifest(folder, {
    schema: 3,
    name: input.name,
    attribution: `${part}${input.attribution}`,
    tokenizer: tokenizer.name,
    vocabSize: tokenizer.vocabSize,
    bytesPerToken: train.whole && validation.whole ? validation.bytes / validation.tokens : null,
    hash: hashOf(tokenizer, [train, validation]),
    ...(tokenizer.file !== undefined && { tokenizerFile: tokenizer.file }),
    files: { train: train.fileDigest, validation: validation.fileDigest },
    width: train.width,
    train: train.tokens,
    validation: validation.tokens,
  });
}

function hashOf({ name, vocabSize }: Tokenizer, splits: readonly SplitEncoder[]): string {
  const hash = createHash('sha256').update(`${name}\n${vocabSize}\n`);
  for (const { bytes, digest, fileDigest } of splits) {
    hash.update(`${bytes} ${digest} ${fileDigest}\n`);
  }
  return hash.digest('hex');
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

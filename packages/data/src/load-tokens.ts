import { assertKinds } from '@moekit/core';
import { createHash } from 'node:crypto';

import { readSmallText } from '@moekit/files';

import type { TextSource, TokenData, Tokenizer, LoadProgress } from './contract.js';
import { fail } from './errors.js';
import { hubText } from './hub/hub-text.js';
import { hubTokenizer, LARGEST_TOKENIZER } from './hub/hub-tokenizer.js';
import { isHubReference } from './hub/reference.js';
import { largeText } from './large/large-text.js';
import { loadEmbeddedText } from './texts/embedded-text.js';
import { loadRegisters } from './registers/registers.js';
import { tokenizeLabelled } from './registers/tokenize-labelled.js';
import { localText } from './texts/local-text.js';
import type { TextFileOptions } from './texts/text-file.js';
import { textWithin } from './texts/text-file.js';
import { tokenize } from './tokenize.js';
import { bpeTokenizer } from './tokenizers/bpe/bpe-tokenizer.js';
import { textBlocks } from './tokenizers/bpe/text-blocks.js';
import { trainedBpe } from './tokenizers/bpe/tokenizer-cache.js';
import { byteTokenizer } from './tokenizers/byte-tokenizer.js';
import { huggingFaceTokenizer } from './tokenizers/hugging-face-tokenizer.js';

/** The texts that come with moekit, by the names that `source` has for them. */
export const EMBEDDED_TEXTS = [
  'tiny-shakespeare',
  'wikitext-2',
  'typescript',
  'registers',
] as const;

export interface TokensWanted extends TextFileOptions {
  /** An embedded text, a file or folder, or a data set on the Hugging Face Hub. */
  readonly source: string;
  /** `bytes`, `bpe:4096`, a tokenizer.json, or a model on the Hub that has one. */
  readonly tokenizer: string;
}

type OnProgress = (progress: LoadProgress) => void;

/** A text's tokens: in memory where they fit, else in files. */
export async function loadTokens(
  wanted: TokensWanted,
  onProgress?: OnProgress,
): Promise<TokenData> {
  const fix = "Pass { source: 'tiny-shakespeare', tokenizer: 'bytes' }, say.";
  assertKinds('loadTokens', wanted, { source: 'text', tokenizer: 'text' }, fix);
  const { source, tokenizer, maxBytes, field = 'text' } = wanted;
  const make = await tokenizerMaker(tokenizer, onProgress);
  const inMemory = async (text: TextSource) => tokenize(text, await make.from(text.train));
  const embedded = EMBEDDED_TEXTS.find((name) => name === source);
  if (embedded === 'registers') return registersBy(make.from);
  if (embedded) return inMemory(await loadEmbeddedText(embedded));
  const input = isHubReference(source)
    ? await hubText(source, { field, maxBytes, onProgress })
    : await localText(source, field);
  const text = await textWithin(input, maxBytes);
  if (text) return inMemory(text);
  return largeText(input, { maxBytes, tokenizer: make.from, tokenizerKey: make.key });
}

/** The registers as one text, their tokenizer made of all of them. */
async function registersBy(tokenizer: TokenizerMaker['from']): Promise<TokenData> {
  const texts = await loadRegisters();
  const all = Buffer.concat(texts.map(({ train }) => train));
  return tokenizeLabelled('registers', texts, await tokenizer(all));
}

/** How a tokenizer is made of the start of a training split, and what tells it from others. */
interface TokenizerMaker {
  readonly key: string;
  readonly from: (train: Uint8Array) => Promise<Tokenizer>;
}

async function tokenizerMaker(name: string, onProgress?: OnProgress): Promise<TokenizerMaker> {
  if (name === 'bytes') return { key: name, from: async () => byteTokenizer() };
  const size = /^bpe:(\d+)$/.exec(name)?.[1];
  if (size) return { key: name, from: (train) => trainedOn(train, name, +size) };
  const text = isHubReference(name) ? await hubTokenizer(name, onProgress) : await readText(name);
  // the content names the file, as data is hashed with that name: the path says nothing about content
  const key = createHash('sha256').update(text).digest('hex');
  const tokenizer = huggingFaceTokenizer(parse(text, name), `tokenizer.json ${key.slice(0, 16)}`);
  return { key, from: async () => tokenizer };
}

async function trainedOn(train: Uint8Array, name: string, vocabSize: number): Promise<Tokenizer> {
  return bpeTokenizer(await trainedBpe([...textBlocks(train)], { vocabSize }), name);
}

function readText(path: string): Promise<string> {
  return readSmallText(path, LARGEST_TOKENIZER).catch((cause: unknown) => {
    throw noTokenizer(path, cause);
  });
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw noTokenizer(name, cause);
  }
}

function noTokenizer(name: string, cause: unknown) {
  return fail('DATA_TOKENIZER', {
    asked:
      'The tokenizer must be "bytes", "bpe:SIZE", a readable Hugging Face tokenizer.json, or hf:owner/name',
    got: `${name}: ${(cause as Error).message.split('\n')[0]!}`,
    fix: 'Check the path.',
    cause,
  });
}

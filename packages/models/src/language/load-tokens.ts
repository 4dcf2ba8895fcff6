import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import type { TokenData, Tokenizer } from '../contract.js';
import { bpeTokenizer } from '../data/bpe/bpe-tokenizer.js';
import { textBlocks } from '../data/bpe/text-blocks.js';
import { trainedBpe } from '../data/bpe/tokenizer-cache.js';
import { byteTokenizer } from '../data/byte-tokenizer.js';
import { loadEmbeddedText } from '../data/embedded-text.js';
import { huggingFaceTokenizer } from '../data/hugging-face-tokenizer.js';
import { largeText } from '../data/large/large-text.js';
import type { TextFileOptions } from '../data/text-file.js';
import { textWithin } from '../data/text-file.js';
import { tokenize } from '../data/tokenize.js';
import { fail } from '../errors.js';

const EMBEDDED = ['tiny-shakespeare', 'wikitext-2'] as const;

export interface TokensWanted extends TextFileOptions {
  /** An embedded text, or a file or folder. */
  readonly source: string;
  /** `bytes`, `bpe:4096`, or a tokenizer.json. */
  readonly tokenizer: string;
}

/** A text's tokens: in memory where they fit, else in files. */
export async function loadTokens(wanted: TokensWanted): Promise<TokenData> {
  const { source, tokenizer } = wanted;
  const embedded = EMBEDDED.find((name) => name === source);
  const text = embedded ? await loadEmbeddedText(embedded) : await textWithin(source, wanted);
  if (text) return tokenize(text, await loadTokenizer(tokenizer, text.train));
  return largeText(source, {
    ...wanted,
    tokenizer: (start) => loadTokenizer(tokenizer, start),
    tokenizerKey: await keyOf(tokenizer),
  });
}

async function loadTokenizer(name: string, train: Uint8Array): Promise<Tokenizer> {
  if (name === 'bytes') return byteTokenizer();
  const size = /^bpe:(\d+)$/.exec(name)?.[1];
  if (size)
    return bpeTokenizer(await trainedBpe([...textBlocks(train)], { vocabSize: +size }), name);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(name, 'utf8'));
  } catch (cause) {
    throw fail('MODELS_TOKENIZER', {
      asked: 'The tokenizer must be "bytes" or a readable Hugging Face tokenizer.json',
      got: `${name}: ${(cause as Error).message.split('\n')[0]!}`,
      fix: 'Check the path.',
      cause,
    });
  }
  return huggingFaceTokenizer(json as never);
}

/** A file's content, where the tokenizer is one: its name alone does not tell. */
async function keyOf(name: string): Promise<string> {
  const content = await readFile(name).catch(() => null);
  return content === null ? name : createHash('sha256').update(content).digest('hex');
}

import { readFile } from 'node:fs/promises';

import type { TokenData, Tokenizer } from '@moekit/models';
import {
  byteTokenizer,
  huggingFaceTokenizer,
  loadEmbeddedText,
  loadTextFile,
  tokenize,
} from '@moekit/models';

import { fail } from '../errors.js';
import type { Experiment } from '../experiment/config.js';

const EMBEDDED = ['tiny-shakespeare', 'wikitext-2'] as const;

/**
 * The experiment's text as tokens.
 * @throws BENCH_DATA when a split is too short, and what the loaders of @moekit/models throw
 */
export async function loadData({ data, model }: Experiment): Promise<TokenData> {
  const embedded = EMBEDDED.find((name) => name === data.source);
  const source = embedded ? await loadEmbeddedText(embedded) : await loadTextFile(data.source);
  const tokens = tokenize(source, await loadTokenizer(data.tokenizer));
  for (const split of ['train', 'validation'] as const) {
    if (tokens[split].length > model.contextLength + 1) continue;
    throw fail('BENCH_DATA', {
      asked: `The ${split} split must hold more than contextLength + 1 = ${model.contextLength + 1} tokens`,
      got: `${tokens[split].length} in ${data.source}`,
      fix: 'Use a longer text, or a shorter context.',
    });
  }
  return tokens;
}

async function loadTokenizer(name: string): Promise<Tokenizer> {
  if (name === 'bytes') return byteTokenizer();
  let json: unknown;
  try {
    json = JSON.parse(await readFile(name, 'utf8'));
  } catch (cause) {
    throw fail('BENCH_CONFIG', {
      asked: 'The tokenizer must be "bytes" or a readable Hugging Face tokenizer.json',
      got: `${name}: ${(cause as Error).message.split('\n')[0]!}`,
      fix: 'Check the path.',
      cause,
    });
  }
  return huggingFaceTokenizer(json as never);
}

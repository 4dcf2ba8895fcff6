import { parseOptions } from '@moekit/core';
import { z } from 'zod';

import { byteCharacters } from './byte-level.js';
import type { CountedWord } from './merges.js';
import { PairTable } from './merges.js';
import type { TokenizerJson } from './tokenizer-json.js';
import { tokenizerJson } from './tokenizer-json.js';
import { countWords } from './word-counts.js';

export interface BpeOptions {
  /** Special tokens, bytes and merges together; fewer where the text has no more pairs to merge. */
  readonly vocabSize: number;
  /** Ids 0, 1, ... in this order; the trainer never meets them. Default none. */
  readonly specialTokens?: readonly string[];
  /** Pairs that occur less often are not merged. Default 2. */
  readonly minimumCount?: number;
}

const schema = z
  .strictObject({
    vocabSize: z.int().max(2 ** 20),
    specialTokens: z.array(z.string().min(1)).readonly().default([]),
    minimumCount: z.int().min(1).default(2),
  })
  .refine(({ vocabSize, specialTokens }) => vocabSize >= 256 + specialTokens.length, {
    path: ['vocabSize'],
    message: 'a vocabulary has at least the 256 bytes and the special tokens',
  });

/**
 * Trains byte-level BPE (Sennrich 2016, on bytes as in GPT-2) as the Hugging Face trainer does: any text can be encoded
 * and comes back as it was. The most frequent pair is merged first, ties go to the lower ids, so equal texts give equal
 * tokenizers. The counts of all words are held, not the texts.
 * @returns the content of a standard tokenizer.json, for `huggingFaceTokenizer` and every other reader of that format
 * @throws MOE_OPTIONS
 */
export function trainBpe(texts: Iterable<string>, options: BpeOptions): TokenizerJson {
  const parsed = parseOptions(schema, options, 'the BPE trainer');
  const alphabet = byteCharacters();
  const tokens = [...parsed.specialTokens, ...alphabet.toSorted()];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const byteIds = alphabet.map((character) => ids.get(character)!);
  const table = new PairTable(countedWords(countWords(texts), byteIds), parsed.vocabSize);
  const merges: [string, string][] = [];
  while (tokens.length < parsed.vocabSize) {
    const pair = table.best(parsed.minimumCount);
    if (!pair) break;
    const [left, right] = [tokens[pair.left]!, tokens[pair.right]!];
    // two ways to one string are one token
    const merged = ids.get(left + right) ?? tokens.push(left + right) - 1;
    ids.set(left + right, merged);
    merges.push([left, right]);
    table.apply({ ...pair, merged });
  }
  return tokenizerJson(ids, merges, parsed.specialTokens);
}

function countedWords(counts: ReadonlyMap<string, number>, byteIds: readonly number[]) {
  const encoder = new TextEncoder();
  return Array.from(counts, ([word, count]): CountedWord => {
    return { ids: Array.from(encoder.encode(word), (byte) => byteIds[byte]!), count };
  });
}

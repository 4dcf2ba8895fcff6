import type { Tokenizer } from '../contract.js';
import { wordsOf } from '../data/bpe/byte-level.js';
import type { ParallelText } from './parallel-text.js';

/** Ids with a meaning of their own; the first special tokens of every tokenizer that translation trains. */
export const PAD = 0;
export const START = 1;
export const END = 2;
export const SPECIAL_TOKENS = ['<pad>', '<s>', '</s>'] as const;

/** One sentence and its translation as ids, ends not marked. */
export interface TokenPair {
  readonly source: Int32Array;
  readonly target: Int32Array;
}

/**
 * Encodes word by word and remembers words: merges never cross them, and a text has few that are new.
 * @param tokenizer byte-level BPE, as `trainBpe` makes it
 */
export function wordEncoder(tokenizer: Tokenizer): (text: string) => Int32Array {
  const known = new Map<string, Int32Array>();
  const bytes = new TextEncoder();
  return (text) => {
    const words = wordsOf(text).map((word) => {
      const ids = known.get(word) ?? tokenizer.encode(bytes.encode(word));
      known.set(word, ids);
      return ids;
    });
    const joined = new Int32Array(words.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const ids of words) {
      joined.set(ids, at);
      at += ids.length;
    }
    return joined;
  };
}

/** All pairs; empty sides as well. */
export function encodePairs(
  { source, target }: ParallelText,
  encode: (text: string) => Int32Array,
): TokenPair[] {
  return source.map((text, i) => ({
    source: encode(text.trim()),
    target: encode(target[i]!.trim()),
  }));
}

/** Pairs that training and evaluation can use: neither side empty, both short enough with their end. */
export function usablePairs(pairs: readonly TokenPair[], maxLength: number): TokenPair[] {
  const fits = ({ length }: Int32Array) => length > 0 && length < maxLength;
  return pairs.filter(({ source, target }) => fits(source) && fits(target));
}

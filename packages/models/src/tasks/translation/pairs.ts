import type { ParallelText } from '@moekit/data';

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

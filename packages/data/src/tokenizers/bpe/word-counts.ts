import { wordsOf } from './byte-level.js';

/** A piece longer than this trains nothing that another text would use, and costs quadratic time. */
const LONGEST_WORD = 128;

/** How often each word of the texts occurs; words of more than 128 characters are cut. */
export function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of wordsOf(text)) {
      for (let at = 0; at < word.length; at += LONGEST_WORD) {
        const piece = word.slice(at, at + LONGEST_WORD);
        counts.set(piece, (counts.get(piece) ?? 0) + 1);
      }
    }
  }
  return counts;
}

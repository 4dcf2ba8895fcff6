import { isolated, patternOf } from './patterns.js';

const WORDS = patternOf('gpt2');

/** GPT-2's words of a text, in order; joined they are the text. */
export function wordsOf(text: string): string[] {
  return isolated(text, WORDS);
}

/**
 * GPT-2's printable character for each byte: itself where it prints, else one from U+0100 on.
 * @returns 256 characters, the index is the byte
 */
export function byteCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const prints = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(prints ? byte : next++);
  });
}

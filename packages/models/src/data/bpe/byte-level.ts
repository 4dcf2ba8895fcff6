/**
 * GPT-2's split of a text into words, their leading space with them: merges never cross it.
 * Source: openai/gpt-2, encoder.py; the `ByteLevel` pre-tokenizer of tokenizer.json.
 */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** The words of a text, in order; joined they are the text. */
export function wordsOf(text: string): string[] {
  return text.match(WORDS) ?? [];
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

import type { Tokenizer } from '../../contract.js';
import { huggingFaceTokenizer } from '../hugging-face-tokenizer.js';
import { wordsOf } from './byte-level.js';
import { textBlocks } from './text-blocks.js';
import type { TokenizerJson } from './tokenizer-json.js';

/** Words remembered; a text with more of them than this repeats few. */
const REMEMBERED = 2 ** 18;

/**
 * A byte-level BPE tokenizer that encodes word by word and remembers words: merges never cross them, and a text has few
 * that are new, so long texts take a tenth of the time. Texts of over 64 KiB are cut into blocks at ends of lines.
 * @param json as `trainBpe` makes it      @throws MODELS_TOKENIZER
 */
export function bpeTokenizer(json: TokenizerJson, name: string): Tokenizer {
  const tokenizer = huggingFaceTokenizer(json, name);
  const encode = wordEncoder(tokenizer);
  return { ...tokenizer, encode: (text) => joined(Array.from(textBlocks(text), encode)) };
}

/** @param tokenizer byte-level BPE */
export function wordEncoder(tokenizer: Tokenizer): (text: string) => Int32Array {
  const known = new Map<string, Int32Array>();
  const bytes = new TextEncoder();
  return (text) =>
    joined(
      wordsOf(text).map((word) => {
        const ids = known.get(word) ?? tokenizer.encode(bytes.encode(word));
        if (known.size < REMEMBERED) known.set(word, ids);
        return ids;
      }),
    );
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const ids of parts) {
    all.set(ids, at);
    at += ids.length;
  }
  return all;
}

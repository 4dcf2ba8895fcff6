import type { Tokenizer } from '../contract.js';
import { bpeDecoder } from './bpe/bpe-decoder.js';
import { BpeEncoder } from './bpe/bpe-encoder.js';
import { BLOCK, cutAfter } from './bpe/cuts.js';
import { parseTokenizerFile } from './bpe/file-schema.js';
import { kindOf } from './bpe/kind.js';
import { textOf } from './bpe/text-bytes.js';
import { vocabularyOf } from './bpe/vocabulary.js';
import { joined } from './joined.js';

/**
 * The tokenizer of a Hugging Face model: the ids of their tokenizers library, no special tokens added. A file that cannot
 * be reproduced exactly is refused. Ids map back to the bytes they came from as far as the tokenizer itself is lossless.
 * @param json the parsed content of a `tokenizer.json`      @param name shown in results and part of the data's hash
 * @throws DATA_TOKENIZER when the file is not a tokenizer, or has a part that moekit does not reproduce
 */
export function huggingFaceTokenizer(json: unknown, name = 'hugging-face'): Tokenizer {
  const file = parseTokenizerFile(json, name);
  const kind = kindOf(file, name);
  const vocabulary = vocabularyOf(file, name);
  const encoder = new BpeEncoder(file, kind, vocabulary, name);
  const decode = bpeDecoder(kind, vocabulary, name);
  const cut = (text: Uint8Array, start: number) =>
    encoder.cuttable ? cutAfter(text, start, kind.type === 'fallback') : text.length;
  return {
    name,
    vocabSize: vocabulary.size,
    cut,
    encode: (text, continued = false) => {
      const parts: Int32Array[] = [];
      for (let at = 0; at < text.length;) {
        const end = cut(text, at + BLOCK);
        const ids = encoder.encode(textOf(text.subarray(at, end)), continued || at > 0);
        parts.push(Int32Array.from(ids));
        at = end;
      }
      return joined(parts);
    },
    decode: (ids, continued = false) => decode(ids, continued),
    get file() {
      return JSON.stringify(json);
    },
  };
}

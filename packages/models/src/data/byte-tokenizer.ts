import type { Tokenizer } from '../contract.js';

/** Each byte is its own token: vocabulary 256, nothing to learn, any text. */
export function byteTokenizer(): Tokenizer {
  return {
    name: 'bytes',
    vocabSize: 256,
    encode: (text) => new Int32Array(text),
    decode: (ids) => Uint8Array.from(ids),
  };
}

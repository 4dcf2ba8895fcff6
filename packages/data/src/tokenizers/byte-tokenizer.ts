import type { Tokenizer } from '../contract.js';
import { fail } from '../errors.js';

/** Each byte is its own token: vocabulary 256, nothing to learn, any text. */
export function byteTokenizer(): Tokenizer {
  return {
    name: 'bytes',
    vocabSize: 256,
    cut: (text, start) => Math.min(start, text.length),
    encode: (text) => new Int32Array(text),
    decode: (ids) => Uint8Array.from(ids, asByte),
  };
}

function asByte(id: number): number {
  if (Number.isInteger(id) && id >= 0 && id < 256) return id;
  throw fail('DATA_TOKENS', {
    asked: 'The tokenizer "bytes" can decode only ids from 0 to 255',
    got: String(id).slice(0, 40),
    fix: 'Decode only ids that this tokenizer produced.',
  });
}

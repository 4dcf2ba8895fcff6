import type { Tokenizer } from '../contract.js';
import { fail } from '../errors.js';
import { byteCharacters } from './bpe/byte-level.js';
import { tokenizerJson } from './bpe/tokenizer-json.js';

/** Each byte is its own token: vocabulary 256, nothing to learn, any text. */
export function byteTokenizer(): Tokenizer {
  return {
    name: 'bytes',
    vocabSize: 256,
    cut: (text, start) => Math.min(start, text.length),
    encode: (text) => new Int32Array(text),
    decode: bytesOf,
    get file() {
      const ids = new Map(byteCharacters().map((character, byte) => [character, byte]));
      return JSON.stringify(tokenizerJson(ids, [], []));
    },
  };
}

/** A loop: `Uint8Array.from` with a function takes a hundred times as long, 0.1 s for a megabyte. */
function bytesOf(ids: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(ids.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = asByte(ids[i]!);
  return bytes;
}

function asByte(id: number): number {
  if (Number.isInteger(id) && id >= 0 && id < 256) return id;
  throw fail('DATA_TOKENS', {
    asked: 'The tokenizer "bytes" can decode only ids from 0 to 255',
    got: String(id).slice(0, 40),
    fix: 'Decode only ids that this tokenizer produced.',
  });
}

import { fail } from '../../errors.js';
import { byteCharacters } from './byte-level.js';
import type { Kind } from './kind.js';
import type { Vocabulary } from './vocabulary.js';

const BYTES = new Map(byteCharacters().map((character, byte) => [character, byte]));
const utf8 = new TextEncoder();

/** Ids to the bytes they came from. @throws DATA_TOKENS for an id that is not a token's */
export function bpeDecoder(kind: Kind, { ids, raw, normalized }: Vocabulary, name: string) {
  const bytes = new Map<number, Uint8Array>();
  const bytesOf = kind.type === 'bytes' ? byteLevel : fallback;
  for (const [token, id] of ids) bytes.set(id, bytesOf(token));
  for (const [content, id] of [...raw, ...normalized]) bytes.set(id, utf8.encode(content));
  const strips = kind.type === 'fallback' && kind.prefix !== 'never';
  return (tokens: ArrayLike<number>, continued: boolean): Uint8Array => {
    let length = 0;
    for (let i = 0; i < tokens.length; i++) {
      length += (bytes.get(tokens[i]!) ?? unknown(tokens[i]!, name)).length;
    }
    const all = new Uint8Array(length);
    for (let i = 0, at = 0; i < tokens.length; i++) {
      const part = bytes.get(tokens[i]!)!;
      all.set(part, at);
      at += part.length;
    }
    return all.slice(strips && !continued && all[0] === 0x20 ? 1 : 0);
  };
}

/** A token with a character that is not a byte's is itself. */
function byteLevel(token: string): Uint8Array {
  const bytes = Array.from(token, (character) => BYTES.get(character));
  return bytes.includes(undefined) ? utf8.encode(token) : Uint8Array.from(bytes as number[]);
}

function fallback(token: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
  return byte ? Uint8Array.of(Number.parseInt(byte, 16)) : utf8.encode(token.replaceAll('▁', ' '));
}

function unknown(id: number, name: string): never {
  throw fail('DATA_TOKENS', {
    asked: `Tokenizer ${name.slice(0, 200)} can decode only its own ids`,
    got: String(id).slice(0, 40),
    fix: 'Decode only ids that this tokenizer produced.',
  });
}

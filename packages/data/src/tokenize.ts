import { assertKinds } from '@moekit/core';
import { sha256 } from '#sha256';

import type { TextSource, TokenData, Tokenizer } from './contract.js';
import { fail } from './errors.js';

const SOURCE = 'Pass a text, as loadTextFile gives it, and a tokenizer such as byteTokenizer().';

/**
 * Both splits as token ids.
 * @throws DATA_SHORT when a split has no token, DATA_TOKENIZER when an id is outside the vocabulary
 */
export function tokenize(source: TextSource, tokenizer: Tokenizer): TokenData {
  assertKinds('tokenize', { source, tokenizer }, { source: 'object', tokenizer: 'object' }, SOURCE);
  const { file } = tokenizer;
  const [train, validation] = [source.train, source.validation].map((text) =>
    encode(text, source.name, tokenizer),
  ) as [Encoded, Encoded];
  return {
    name: source.name,
    attribution: source.attribution,
    tokenizer: tokenizer.name,
    vocabSize: tokenizer.vocabSize,
    train: train.ids,
    validation: validation.ids,
    bytesPerToken: [train, validation].every(({ whole }) => whole)
      ? source.validation.length / validation.ids.length
      : null,
    hash: hashOf(source, tokenizer, [train.ids, validation.ids]),
    ...(file !== undefined && { tokenizerFile: file }),
  };
}

interface Encoded {
  readonly ids: Int32Array;
  /** Nothing of the text was lost. */
  readonly whole: boolean;
}

function encode(text: Uint8Array, name: string, tokenizer: Tokenizer): Encoded {
  const ids = tokenizer.encode(text);
  if (ids.length === 0) {
    throw fail('DATA_SHORT', {
      asked: `Each split of ${name} must have tokens`,
      got: `none from ${text.length} bytes`,
      fix: 'Use a longer text.',
    });
  }
  assertIds(ids, tokenizer);
  return { ids, whole: keepsText(tokenizer, text, ids) };
}

/** Whether ids say all that the text says: only then bits per byte mean something. */
export function keepsText(
  tokenizer: Tokenizer,
  text: Uint8Array,
  ids: Int32Array,
  continued = false,
): boolean {
  return sameBytes(tokenizer.decode(ids, continued), text);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @throws DATA_TOKENIZER when an id is outside the vocabulary */
export function assertIds(ids: Int32Array, tokenizer: Tokenizer): void {
  const stray = ids.find((id) => !(id >= 0 && id < tokenizer.vocabSize));
  if (stray === undefined) return;
  throw fail('DATA_TOKENIZER', {
    asked: `Tokenizer ${tokenizer.name} must give ids below its vocabulary size, ${tokenizer.vocabSize}`,
    got: String(stray),
    fix: "Correct the tokenizer's vocabSize.",
  });
}

/** Lengths go in as well: moving the split changes the data. So do the ids: a tokenizer's name does not tell it from others. */
function hashOf(
  { train, validation }: TextSource,
  { name, vocabSize }: Tokenizer,
  splits: readonly Int32Array[],
): string {
  const ids = splits.flatMap(({ length, buffer, byteOffset, byteLength }) => [
    `${length}\n`,
    new Uint8Array(buffer, byteOffset, byteLength),
  ]);
  const head = `${name}\n${vocabSize}\n${train.length}\n${validation.length}\n`;
  return sha256([head, train, validation, ...ids]);
}

import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

import type { Tokenizer } from '../contract.js';
import { fail } from '../errors.js';
import { assertIds, keepsText } from '../tokenize.js';
import { BLOCK } from '../tokenizers/bpe/cuts.js';
import type { TokenWidth } from './token-file.js';
import { packTokens, widthFor } from './token-file.js';

/** The bytes held of a text that its tokenizer cannot cut. */
const HELD = 2 ** 29;

/** Encodes one split of a text as it comes, cut where its ids are those of the whole, and writes them to a file. */
export class SplitEncoder {
  readonly width: TokenWidth;
  /** So far. */
  bytes = 0;
  tokens = 0;
  /** Nothing of the text was lost. */
  whole = true;
  readonly #tokenizer: Tokenizer;
  readonly #file: number;
  readonly #hash = createHash('sha256');
  readonly #written = createHash('sha256');
  #pieces: Uint8Array[] = [];
  #held = 0;
  #continued = false;
  /** No cut is looked for in less: twice of what had none. */
  #enough = 2 * BLOCK;

  constructor(path: string, tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.width = widthFor(tokenizer.vocabSize);
    this.#file = openSync(path, 'w');
  }

  push(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.bytes += bytes.length;
    this.#pieces.push(bytes.slice()); // the piece's memory may be used again
    this.#held += bytes.length;
    if (this.#held < this.#enough) return;
    const text = Buffer.concat(this.#pieces);
    let at = 0;
    for (let end = this.#cut(text, at); end < text.length; end = this.#cut(text, at)) {
      this.#encode(text.subarray(at, end));
      at = end;
    }
    this.#keep(text.subarray(at));
  }

  /** Encodes what is left: the split is whole. */
  end(): void {
    const rest = Buffer.concat(this.#pieces);
    if (rest.length > 0) this.#encode(rest);
    this.#keep(new Uint8Array(0));
  }

  close(): void {
    closeSync(this.#file);
  }

  /** sha256 (hex) of all bytes. */
  get digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** sha256 (hex) of the file. */
  get fileDigest(): string {
    return this.#written.copy().digest('hex');
  }

  #cut(text: Uint8Array, at: number): number {
    return this.#tokenizer.cut?.(text, at + BLOCK) ?? text.length;
  }

  #keep(rest: Uint8Array): void {
    if (rest.length > HELD) throw uncut(this.#tokenizer);
    this.#pieces = [rest];
    this.#held = rest.length;
    this.#enough = Math.max(2 * BLOCK, 2 * rest.length);
  }

  #encode(block: Uint8Array): void {
    const ids = this.#tokenizer.encode(block, this.#continued);
    assertIds(ids, this.#tokenizer);
    this.whole &&= keepsText(this.#tokenizer, block, ids, this.#continued);
    this.#continued = true;
    const bytes = packTokens(ids, this.width);
    this.#written.update(bytes);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.tokens += ids.length;
  }
}

function uncut({ name }: Tokenizer) {
  return fail('DATA_LARGE', {
    asked: `Tokenizer ${name} can encode a large text only in parts, and there is no place to cut within ${HELD} bytes`,
    fix: 'Use less of the text (data.maxBytes), or another tokenizer.',
  });
}

import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

import type { Tokenizer } from '../../contract.js';
import { blockEnd } from '../bpe/text-blocks.js';
import { assertIds } from '../tokenize.js';
import type { TokenWidth } from './token-file.js';
import { packTokens, widthFor } from './token-file.js';

/**
 * Encodes one split of a text as it comes, in the blocks that a tokenizer cuts a whole text into, so that the ids are the
 * same, and writes them to a file.
 */
export class SplitEncoder {
  readonly width: TokenWidth;
  /** So far. */
  bytes = 0;
  tokens = 0;
  readonly #tokenizer: Tokenizer;
  readonly #file: number;
  readonly #hash = createHash('sha256');
  readonly #written = createHash('sha256');
  #rest: Uint8Array = new Uint8Array(0);

  constructor(path: string, tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.width = widthFor(tokenizer.vocabSize);
    this.#file = openSync(path, 'w');
  }

  push(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.bytes += bytes.length;
    const text = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (let end = blockEnd(text, at); end < text.length; end = blockEnd(text, at)) {
      this.#encode(text.subarray(at, end));
      at = end;
    }
    this.#rest = text.slice(at); // the piece's memory may be used again
  }

  /** Encodes what is left: the split is whole. */
  end(): void {
    if (this.#rest.length > 0) this.#encode(this.#rest);
    this.#rest = new Uint8Array(0);
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

  #encode(block: Uint8Array): void {
    const ids = this.#tokenizer.encode(block);
    assertIds(ids, this.#tokenizer);
    const bytes = packTokens(ids, this.width);
    this.#written.update(bytes);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.tokens += ids.length;
  }
}

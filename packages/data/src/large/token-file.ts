import { closeSync, openSync, readSync } from 'node:fs';

import type { TokenSequence } from '../contract.js';
import { notKept } from './errors.js';

/** Bytes of an id in a file: the fewest that hold every id of the vocabulary. */
export type TokenWidth = 1 | 2 | 4;

const ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Int32Array } as const;

export function widthFor(vocabSize: number): TokenWidth {
  return vocabSize <= 2 ** 8 ? 1 : vocabSize <= 2 ** 16 ? 2 : 4;
}

/** Ids as stored in a file. */
export function packTokens(ids: Int32Array, width: TokenWidth): Uint8Array {
  const { buffer, byteOffset, byteLength } = new ARRAYS[width](ids);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Token ids in a file, of which only what is asked for is read. Nothing stays open. */
export class TokenFile implements TokenSequence {
  readonly path: string;
  readonly length: number;
  readonly #width: TokenWidth;

  constructor(path: string, { length, width }: { length: number; width: TokenWidth }) {
    this.path = path;
    this.length = length;
    this.#width = width;
  }

  /** @throws DATA_CACHE when the file is gone or shorter than it was */
  slice(start: number, end: number): Int32Array {
    const first = Math.min(start, this.length);
    const count = Math.max(0, Math.min(end, this.length) - first);
    const bytes = new Uint8Array(count * this.#width);
    const read = readAt(this.path, bytes, first * this.#width);
    if (read !== bytes.length) throw notKept(this.path, `it has ${read} of ${bytes.length} bytes`);
    return new Int32Array(new ARRAYS[this.#width](bytes.buffer));
  }
}

function readAt(path: string, bytes: Uint8Array, position: number): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw notKept(path, (cause as Error).message, cause);
  }
  try {
    return readSync(file, bytes, 0, bytes.length, position);
  } finally {
    closeSync(file);
  }
}

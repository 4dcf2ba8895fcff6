import { createHash } from 'node:crypto';

import type { HubFile } from './repository.js';

/** Reads what a file is named by in the Hub's storage: sha256, or git's blob hash for small files. */
export class FileDigest {
  readonly #hash;
  readonly #oid: string;

  constructor({ oid, size }: HubFile) {
    this.#oid = oid;
    this.#hash = oid.length === 64 ? createHash('sha256') : createHash('sha1');
    if (oid.length !== 64) this.#hash.update(`blob ${size}\0`);
  }

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Whether all bytes given are the file. Ends it. */
  matches(): boolean {
    return this.#hash.digest('hex') === this.#oid;
  }
}

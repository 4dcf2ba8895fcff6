import type { FileHandle } from 'node:fs/promises';

import { isMoekitError } from '@moekit/core';
import { syncFile } from '@moekit/files';

import { fail } from '../../errors.js';

/** A file that grows at its end, in order, without its writer waiting. After a write that failed nothing more is written. */
export class AppendedFile {
  readonly #path: string;
  readonly #file: FileHandle;
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  append(data: string | Uint8Array): void {
    this.#writing = this.#writing.then(() => this.#file.appendFile(data));
    this.#writing.catch(() => undefined); // thrown where it is awaited
  }

  /** Waits until the disk has everything. @throws MODELS_LOG */
  sync(): Promise<void> {
    return AppendedFile.orUnwritable(this.#path, async () => {
      await this.#writing;
      await syncFile(this.#file);
    });
  }

  /** @throws MODELS_LOG when something was not written; it is closed all the same */
  close(): Promise<void> {
    return AppendedFile.orUnwritable(this.#path, async () => {
      try {
        await this.#writing;
      } finally {
        await this.#file.close();
      }
    });
  }

  /** What `work` gives. @throws MODELS_LOG in place of what the file system throws */
  static async orUnwritable<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (cause) {
      if (isMoekitError(cause)) throw cause;
      throw fail('MODELS_LOG', {
        asked: `Cannot write training events to ${path}: ${(cause as Error).message}`,
        fix: 'Free some space, or choose a writable place. To continue an existing log, use --resume.',
        cause,
      });
    }
  }
}

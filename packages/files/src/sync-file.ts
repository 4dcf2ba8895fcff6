import { fsync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';

const flush = promisify(fsync);

/**
 * Waits until the disk has a file. By its descriptor: the file handles of Yarn's Plug'n'Play have no `sync`.
 * @throws what the file system throws
 */
export const syncFile = (file: FileHandle): Promise<void> => flush(file.fd);

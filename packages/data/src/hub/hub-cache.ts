import {
  copyFile,
  link,
  mkdir,
  rename,
  rm,
  stat,
  statfs,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { blocksOf, openRegular } from '@moekit/files';

import { fail } from '../errors.js';
import { FileDigest } from './digest.js';
import type { HubFile, HubRepository } from './repository.js';

/**
 * A repository in the cache that Hugging Face's programs share: contents under their hashes in `blobs`, names that lead to
 * them in `snapshots/COMMIT`, and in `refs` which commit a branch was.
 */
export class HubCache {
  readonly #folder: string;
  readonly #commit: string;

  constructor(cache: string, { type, name }: HubRepository, commit: string) {
    this.#folder = join(cache, [`${type}s`, ...name.split('/')].join('--'));
    this.#commit = commit;
  }

  /** Where a file is once it was fetched. */
  pathOf({ path }: HubFile): string {
    return join(this.#folder, 'snapshots', this.#commit, path);
  }

  blobOf({ oid }: HubFile): string {
    return join(this.#folder, 'blobs', oid);
  }

  /** Whether a file seems to be there: enough to tell how much must be fetched. */
  async seemsToHave(file: HubFile): Promise<boolean> {
    return (await sizeOf(this.pathOf(file))) === file.size;
  }

  /** Whether a file is there with the bytes that the Hub states: others write into this folder as well. */
  async has(file: HubFile): Promise<boolean> {
    return isAsStated(this.pathOf(file), file);
  }

  async hasBlob(file: HubFile): Promise<boolean> {
    return isAsStated(this.blobOf(file), file);
  }

  /** Gives a blob its name: a link where there are links, else a copy. @param revision that the commit was found under */
  async name(file: HubFile, revision: string): Promise<void> {
    const path = this.pathOf(file);
    const blob = this.blobOf(file);
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}`;
    await rm(draft, { force: true });
    await symlink(relative(dirname(path), blob), draft)
      .catch(() => link(blob, draft))
      .catch(() => copyFile(blob, draft));
    await rename(draft, path);
    if (revision !== this.#commit) await this.#remember(revision);
  }

  async #remember(revision: string): Promise<void> {
    const ref = join(this.#folder, 'refs', revision);
    await mkdir(dirname(ref), { recursive: true });
    await writeFile(ref, this.#commit);
  }
}

async function isAsStated(path: string, file: HubFile): Promise<boolean> {
  if ((await sizeOf(path)) !== file.size) return false;
  const handle = await openRegular(path);
  try {
    const digest = new FileDigest(file);
    for await (const block of blocksOf(handle)) digest.update(block);
    return digest.matches();
  } finally {
    await handle.close();
  }
}

/** Bytes of a file, a link's target; -1 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => -1,
  );
}

/** @throws DATA_HUB_CACHE when a disk has no room for so many bytes more */
export async function assertRoom(
  folder: string,
  bytes: number,
  free: (folder: string) => Promise<number> = freeBytes,
): Promise<void> {
  const room = await keptIn(folder, async () => {
    await mkdir(folder, { recursive: true });
    return free(folder);
  });
  if (room >= bytes) return;
  throw fail('DATA_HUB_CACHE', {
    asked: `${megabytes(bytes)} must be free in ${folder}`,
    got: megabytes(room),
    fix: 'Free some space, set HF_HOME to a folder on another disk, or use less of the text (data.maxBytes).',
  });
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Runs what writes into the cache. @throws DATA_HUB_CACHE for what the file system says */
export async function keptIn<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (typeof (cause as NodeJS.ErrnoException | null)?.syscall !== 'string') throw cause;
    throw fail('DATA_HUB_CACHE', {
      asked: `Cannot write to ${folder}, the cache of the Hugging Face Hub: ${(cause as Error).message}`,
      fix: 'Free some space there, or set HF_HOME to a writable folder, and run again. Files already downloaded are kept.',
      cause,
    });
  }
}

import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { lockContent } from '@moekit/files';

/** A file that is being written until all of it is there; no other process writes into it before its release. */
export interface Draft {
  readonly path: string;
  readonly release: () => void;
}

/**
 * Where a file is written until all of it is there. The part that an earlier process left is taken over, so that nothing is
 * fetched twice; a part that a living process writes is left alone: that process has the file's lock.
 */
export async function takeDraft(blob: string): Promise<Draft> {
  try {
    return (await takeOver(blob)) ?? newDraft(blob);
  } catch {
    const path = `${blob}.${hostname()}-${process.pid}.incomplete`; // no locks on this file system
    return { path, release: () => undefined };
  }
}

/** The largest part that no process writes any more; the others of them are removed. */
async function takeOver(blob: string): Promise<Draft | undefined> {
  const free: (Draft & { readonly size: number })[] = [];
  for (const path of await draftsOf(blob)) {
    const size = await ownSize(path);
    if (size < 0) await rm(path, { force: true }); // another user's link
    const lock = size < 0 ? undefined : lockContent(path);
    if (lock) free.push({ path, size, ...lock });
  }
  const [largest, ...rest] = free.toSorted((a, b) => b.size - a.size);
  for (const { path, release } of rest) {
    await rm(path, { force: true });
    release();
  }
  return largest;
}

function newDraft(blob: string): Draft {
  for (let n = 0; ; n++) {
    const path = `${blob}.moekit-${n}.incomplete`;
    const lock = lockContent(path);
    if (lock) return { path, ...lock };
  }
}

/** Opens a draft for reading and appending. Other users may write into the folder: a link is not followed. */
export async function openDraft(path: string): Promise<FileHandle> {
  if ((await ownSize(path)) < 0) await rm(path, { force: true });
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW = 0 } = constants;
  return open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o644);
}

/** Bytes of a file that has no other name; -1 for anything else. */
async function ownSize(path: string): Promise<number> {
  return lstat(path).then(
    (found) => (found.isFile() && found.nlink === 1 ? found.size : -1),
    () => -1,
  );
}

/** Parts of moekit's; those of Hugging Face's own programs have no word between the two dots. */
async function draftsOf(blob: string): Promise<string[]> {
  const names = await readdir(dirname(blob)).catch(() => []);
  const start = `${basename(blob)}.`;
  return names
    .filter(
      (name) => name.startsWith(start) && /^[^.].*\.incomplete$/.test(name.slice(start.length)),
    )
    .map((name) => join(dirname(blob), name));
}

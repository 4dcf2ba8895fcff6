import { constants, readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/**
 * Where a file is written until all of it is there: a name of this process's own. The remains that an earlier process left of the same
 * file is taken over, so that nothing is fetched twice; what a living one writes is left alone.
 */
export async function takeDraft(blob: string): Promise<string> {
  const mine = `${blob}.${hostname()}-${process.pid}.incomplete`;
  const left = await abandoned(blob);
  const sizes = await Promise.all(left.map(ownSize));
  const [largest, ...rest] = left.toSorted((a, b) => sizes[left.indexOf(b)]! - sizes[left.indexOf(a)]!); // prettier-ignore
  if (largest !== undefined && largest !== mine && sizes[left.indexOf(largest)]! >= 0)
    await rename(largest, mine).catch(() => undefined);
  for (const path of rest) await rm(path, { force: true });
  return mine;
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

async function abandoned(blob: string): Promise<string[]> {
  const names = await readdir(dirname(blob)).catch(() => []);
  return names
    .filter((name) => {
      if (!name.startsWith(`${basename(blob)}.`)) return false;
      const [, host, pid] = /\.([^.].*)-(\d+)\.incomplete$/.exec(name) ?? [];
      return host === hostname() && (Number(pid) === process.pid || isGone(Number(pid)));
    })
    .map((name) => join(dirname(blob), name));
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Tells whether a process has ended, though its parent has not collected it yet: the first process of some containers never does. */
function isZombie(pid: number): boolean {
  try {
    return /\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false; // another system than Linux, or it has just been collected
  }
}

import { readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { sizeOf } from './hub-cache.js';

/**
 * Where a file is written until all of it is there: a name of this process's own. What an earlier process left of the same
 * file is taken over, so that nothing is fetched twice; what a living one writes is left alone.
 */
export async function takeDraft(blob: string): Promise<string> {
  const mine = `${blob}.${hostname()}-${process.pid}.incomplete`;
  const left = await abandoned(blob);
  const sizes = await Promise.all(left.map(sizeOf));
  const [largest, ...rest] = left.toSorted((a, b) => sizes[left.indexOf(b)]! - sizes[left.indexOf(a)]!); // prettier-ignore
  if (largest !== undefined && largest !== mine) await rename(largest, mine).catch(() => undefined);
  for (const path of rest) await rm(path, { force: true });
  return mine;
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
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

import type { HeldLock } from '@moekit/files';
import { takeLock } from '@moekit/files';

import { fail } from './errors.js';

/**
 * Makes this process the only one that has the lock.
 * @param path the lock's file
 * @param busy makes the error, of who holds it
 * @throws what `busy` makes, while another living process holds it; CLI_LOCK where no process could have it
 */
export function lock(path: string, busy: (holder: string) => Error): HeldLock {
  const taken = takeOrFail(path);
  if ('holder' in taken) throw busy(taken.holder);
  return taken;
}

function takeOrFail(path: string) {
  try {
    return takeLock(path);
  } catch (cause) {
    throw fail('CLI_LOCK', {
      asked: `Cannot create and lock ${path}: ${(cause as Error).message}`,
      fix: 'Free some space, or choose a writable folder on a file system that supports locks.',
      cause,
    });
  }
}

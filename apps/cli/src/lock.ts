import type { HeldLock } from '@moekit/files';
import { holdLock } from '@moekit/files';

import { fail } from './errors.js';

/**
 * Makes this process the only one that has the lock.
 * @param path the lock's file
 * @param busy makes the error, of who holds it
 * @throws what `busy` makes, while another living process holds it; CLI_LOCK where no process could have it
 */
export function lock(path: string, busy: (holder: string) => Error): HeldLock {
  return holdLock(path, { busy, impossible: (detail) => fail('CLI_LOCK', detail) });
}

import { join } from 'node:path';

import { holdLock } from '@moekit/files';

import { fail } from '../errors.js';

/**
 * Makes this process the only installer of a backend.
 * @returns releases the lock
 * @throws BACKEND_BUSY while another living process holds it, BACKEND_LOCK where it cannot be taken at all
 */
export function lockBackend(home: string, name: string): () => void {
  return holdLock(join(home, `.lock-${name}`), {
    busy: (holder) =>
      fail('BACKEND_BUSY', {
        asked: `Another process is installing this backend: ${holder}`,
        fix: 'Wait for it, or end it.',
      }),
    impossible: (detail) => fail('BACKEND_LOCK', detail),
  }).release;
}

import { join } from 'node:path';

import { takeLock } from '@moekit/files';

import { fail } from '../errors.js';

/**
 * Makes this process the only installer of a backend.
 * @returns releases the lock
 * @throws BACKEND_BUSY while another living process holds it, BACKEND_LOCK where it cannot be taken at all
 */
export function lockBackend(home: string, name: string): () => void {
  const taken = takeOrFail(join(home, `.lock-${name}`));
  if ('release' in taken) return taken.release;
  throw fail('BACKEND_BUSY', {
    asked: 'One process at a time may install a backend',
    got: `${taken.holder} doing it`,
    fix: 'Wait for it, or end it.',
  });
}

function takeOrFail(path: string) {
  try {
    return takeLock(path);
  } catch (cause) {
    throw fail('BACKEND_LOCK', {
      asked: `The file ${path} must be made and locked`,
      got: (cause as Error).message,
      fix: 'Make room, or choose a folder that can be written, on a file system that has locks.',
      cause,
    });
  }
}

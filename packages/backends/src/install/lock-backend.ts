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
    asked: `Another process is installing this backend: ${taken.holder}`,
    fix: 'Wait for it, or end it.',
  });
}

function takeOrFail(path: string) {
  try {
    return takeLock(path);
  } catch (cause) {
    throw fail('BACKEND_LOCK', {
      asked: `Cannot create and lock ${path}: ${(cause as Error).message}`,
      fix: 'Free some space, or choose a writable folder on a file system that supports locks.',
      cause,
    });
  }
}

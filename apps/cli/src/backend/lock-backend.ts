import { join } from 'node:path';

import { lock } from '../lock.js';
import { fail } from './errors.js';

/**
 * Makes this process the only installer of a backend.
 * @returns releases the lock      @throws BACKEND_BUSY while another living process holds it, CLI_LOCK
 */
export function lockBackend(home: string, name: string): () => void {
  const path = join(home, `.lock-${name}`);
  return lock(path, (holder) =>
    fail('BACKEND_BUSY', {
      asked: 'One process at a time may install a backend',
      got: `${holder} doing it`,
      fix: 'Wait for it, or end it.',
    }),
  );
}

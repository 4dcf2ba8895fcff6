import { join } from 'node:path';

import { prepareOutput } from '@moekit/bench';

import { fail } from './errors.js';
import { lock } from './lock.js';

/**
 * Makes an output folder, and keeps other runs out of it while `work` goes on. A killed run's folder is free again.
 * @throws BENCH_OUTPUT, CLI_BUSY, CLI_LOCK, what `work` throws
 */
export async function ownOutput<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await prepareOutput(folder);
  const path = join(folder, '.lock');
  const release = lock(path, (holder) =>
    fail('CLI_BUSY', {
      asked: `One run at a time writes into ${folder}`,
      got: `${holder} doing it`,
      fix: 'Choose another --out, or wait for it, or end it.',
    }),
  );
  try {
    return await work();
  } finally {
    release();
  }
}

import { join } from 'node:path';

import { prepareOutput } from '@moekit/bench';
import { clearParts } from '@moekit/files';

import { fail } from './errors.js';
import { lock } from './lock.js';

/** To be called before anything is written: the folder may have become another run's. @throws CLI_GONE */
export type AssertOwn = () => void;

/**
 * Makes an output folder, and keeps other runs out of it while `work` runs. A killed run's folder is free again, and
 * rid of the files that it was writing.
 * @throws BENCH_OUTPUT, CLI_BUSY, CLI_LOCK, what `work` throws
 */
export async function ownOutput<T>(
  folder: string,
  work: (assertOwn: AssertOwn) => Promise<T>,
): Promise<T> {
  await prepareOutput(folder);
  const { isThere, release } = lock(join(folder, '.lock'), (holder) =>
    fail('CLI_BUSY', {
      asked: `${folder} must not be in use by another run`,
      got: `${holder} writing into it`,
      fix: 'Choose another --out, or wait for it, or end it.',
    }),
  );
  try {
    for (const one of [folder, join(folder, 'trials')]) await clearParts(one);
    return await work(() => {
      if (!isThere()) throw gone(folder);
    });
  } finally {
    release();
  }
}

function gone(folder: string) {
  return fail('CLI_GONE', {
    asked: `The folder ${folder}, with the .lock in it, must stay in its place while a run writes into it`,
    got: 'none, or another one',
    fix: 'Move or remove it when the run has ended; what the run wrote is where its folder is now.',
  });
}

import { join } from 'node:path';

import { prepareOutput } from '@moekit/bench';
import { clearParts, removeEmpty } from '@moekit/files';

import { fail } from './errors.js';
import { lock } from './lock.js';

/** To be called before anything is written: the folder may have become another run's. @throws CLI_GONE */
export type AssertOwn = () => void;

/**
 * Makes an output folder, and keeps other runs out of it while `work` runs. A killed run's folder is free again, and
 * rid of the files that it was writing. A folder that was made for a run which could write nothing is removed.
 * @throws BENCH_OUTPUT, CLI_BUSY, CLI_LOCK, what `work` throws
 */
export async function ownOutput<T>(
  folder: string,
  work: (assertOwn: AssertOwn) => Promise<T>,
): Promise<T> {
  const made = await prepareOutput(folder);
  try {
    return await ownFolder(folder, work);
  } finally {
    if (made !== undefined) removeEmpty(made);
  }
}

async function ownFolder<T>(
  folder: string,
  work: (assertOwn: AssertOwn) => Promise<T>,
): Promise<T> {
  const { isThere, release } = lock(join(folder, '.lock'), (holder) =>
    fail('CLI_BUSY', {
      asked: `${folder} is in use by ${holder}`,
      fix: 'Choose another --out, wait for that run, or end it.',
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
    asked: `The folder ${folder}, or the .lock in it, was removed or replaced while a run was writing into it`,
    fix: 'Move or remove a folder only after its run has ended. Files already written are wherever the old folder is now.',
  });
}

import { writeWhole as write } from '@moekit/files';

import { fail } from '../errors.js';

/** Writes a file whole or not at all, whenever the process ends. @throws BENCH_OUTPUT */
export function writeWhole(file: string, text: string): Promise<void> {
  return orUnwritable(file, () => write(file, text));
}

/** What `work` gives. @throws BENCH_OUTPUT in place of what the file system throws */
export async function orUnwritable<Result>(
  path: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw fail('BENCH_OUTPUT', {
      asked: `Cannot write ${path}: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
      fix: /EEXIST|ENOTDIR/.test(String(cause))
        ? 'A file is there already: choose a folder with --out.'
        : 'Free some space, or choose another folder with --out.',
      cause,
    });
  }
}

import { rename, writeFile } from 'node:fs/promises';

import { fail } from '../errors.js';

/** Writes a file whole or not at all, whenever the process ends. @throws BENCH_OUTPUT */
export async function writeWhole(file: string, text: string): Promise<void> {
  try {
    await writeFile(`${file}.part`, text);
    await rename(`${file}.part`, file);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/** The error for a place that cannot be written. */
export function unwritable(path: string, cause: unknown) {
  return fail('BENCH_OUTPUT', {
    asked: `The output must be writable: ${path}`,
    got: (cause as NodeJS.ErrnoException).code ?? String(cause),
    fix: 'Choose another folder with --out.',
    cause,
  });
}

import { isMoekitError } from '@moekit/kernels';

import { exportOf } from './default-of.js';
import { describeAddition, describeLoadError } from './describe-load-error.js';
import { guardPrototypes } from './guard-prototypes.js';
import { importFile } from './import-file.js';

interface Problem {
  readonly got: string;
  readonly fix: string;
  readonly cause?: unknown;
}

/**
 * The default export of a user's module.
 * @param refused makes the error of a module that does not load, or exports a promise
 * @param modules what imports of these names give, wherever the file lies
 */
export async function importDefault(
  path: string,
  refused: (problem: Problem) => Error,
  modules?: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  let loaded: { readonly value: unknown }; // in an object, for a promise would be awaited
  try {
    loaded = await guardPrototypes(
      async () => ({ value: exportOf(await importFile(path, modules)) }),
      (addition) => refused(describeAddition(addition)),
    );
  } catch (cause) {
    if (isMoekitError(cause)) throw cause;
    throw refused({ ...describeLoadError(cause, path), fix: 'Fix it there.', cause });
  }
  if (!(loaded.value instanceof Promise)) return loaded.value;
  throw refused({ got: 'a promise', fix: 'Write: export default await ...' });
}

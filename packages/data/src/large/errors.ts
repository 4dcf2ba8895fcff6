import { fail } from '../errors.js';

/** @param got what went wrong with the file */
export function notKept(path: string, got: string, cause?: unknown) {
  return fail('DATA_CACHE', {
    asked: `The tokens of a large text are kept in ${path}`,
    got,
    fix: 'Let MOEKIT_HOME name a folder with enough room, use less of the text (data.maxBytes), or run again if the file was removed.',
    cause,
  });
}

import { fail } from '../errors.js';

/** @param got what went wrong with the file */
export function notKept(path: string, got: string, cause?: unknown) {
  return fail('DATA_CACHE', {
    asked: `Cannot keep the tokens of a large text in ${path}: ${got}`,
    fix: 'Set MOEKIT_HOME to a folder with enough space, use less of the text (data.maxBytes), or run again if the file was removed.',
    cause,
  });
}

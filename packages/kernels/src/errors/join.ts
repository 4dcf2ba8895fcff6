import { MoekitError } from './error.js';

/**
 * Several errors as one, so that every mistake is reported at once: under the code of the first, a line each.
 * @param whole what the mistakes are in: `Config run.json`
 * @returns undefined for none, the error itself for one
 */
export function joinErrors(
  errors: readonly MoekitError[],
  whole = 'The input',
): MoekitError | undefined {
  const [first] = errors;
  if (errors.length < 2 || !first) return first;
  const mistakes = errors.flatMap(({ detail, message }) => detail.mistakes ?? [message]);
  return new MoekitError(first.code, {
    asked: `${whole} has ${mistakes.length} mistakes`,
    fix: 'Correct each of them:',
    mistakes,
    cause: first,
  });
}

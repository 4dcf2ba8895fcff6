import type { Path } from '@moekit/core';
import { MoekitError, isMoekitError, joinErrors, pathText } from '@moekit/core';

import type { Origin } from './origin.js';

/**
 * Does a step whose mistake is to be reported together with those of others.
 * @param errors receives a coded error; any other is thrown      @returns undefined where the step failed
 */
export function attempt<Value>(errors: MoekitError[], step: () => Value): Value | undefined {
  try {
    return step();
  } catch (error) {
    if (!isMoekitError(error)) throw error;
    errors.push(error);
    return undefined;
  }
}

/**
 * Does work that may find several mistakes.
 * @param errors receives them; absent, they are thrown together
 */
export function collect<Value>(
  errors: MoekitError[] | undefined,
  whole: string,
  work: (errors: MoekitError[]) => Value,
): Value {
  const found = errors ?? [];
  const value = work(found);
  const wrong = errors ? undefined : joinErrors(found, whole);
  if (wrong) throw wrong;
  return value;
}

/** An error of a part of a configuration, whose line in a list begins with its place. */
export function placed(error: MoekitError, path: Path, { at }: Origin): MoekitError {
  const where = [at?.(path), pathText(path)].filter((text) => text !== undefined && text !== '');
  const line = where.length === 0 ? error.message : `${where.join(' ')}: ${error.message}`;
  return new MoekitError(error.code, { ...error.detail, mistakes: [line] });
}

/** The errors of one configuration as one, in the order of their places. */
export function joinPlaced(errors: readonly MoekitError[], whole: string): MoekitError | undefined {
  const joined = joinErrors(errors, whole);
  const { mistakes } = joined?.detail ?? {};
  if (!joined || !mistakes || mistakes.length < 2) return joined;
  const sorted = [...mistakes].sort((a, b) => lineOf(a) - lineOf(b));
  return new MoekitError(joined.code, { ...joined.detail, mistakes: sorted });
}

/** Of a line that begins with FILE:LINE:COLUMN; 0 of any other. */
function lineOf(mistake: string): number {
  const [, line = 0, column = 0] = /^\S+?:(\d+):(\d+) /.exec(mistake) ?? [];
  return Number(line) + Number(column) / 1e6;
}

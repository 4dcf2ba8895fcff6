import type { MoekitError } from '@moekit/core';
import { assertKinds } from '@moekit/core';

import { fail } from '../errors.js';
import { attempt, collect } from './attempt.js';
import type { RouterEntry } from './config.js';
import { parseValue } from './parse-value.js';
import { splitList } from './split-list.js';

export type Json = RouterEntry['options'][string];

/** One `--set`: a path, and the values given for it. */
export interface Setting {
  /** `training.steps`, `model.modelWidth`, `threshold.capacityFactor`. */
  readonly path: string;
  readonly values: readonly Json[];
}

/**
 * Reads every `--set` of a command line, each written `PATH=VALUE` or `PATH=VALUE,VALUE`. A value is JSON where it parses as
 * JSON, else text; commas inside brackets, braces and quotes belong to the value, so that `[1,2]` and `"a,b"` are one.
 * @param errors receives the mistakes
 * @throws BENCH_SET where `errors` is absent, also for a path that is given twice
 */
export function parseSettings(
  texts: readonly string[],
  errors?: MoekitError[],
): readonly Setting[] {
  assertKinds('parseSettings', { texts }, { texts: 'list' });
  return collect(errors, 'The list of --set', (found) => {
    const settings = texts.flatMap((text) => attempt(found, () => parseSetting(text)) ?? []);
    return settings.filter(({ path }, i) => {
      const again = settings.findIndex((setting) => setting.path === path) < i;
      if (again) found.push(unreadable(`${path} twice`));
      return !again;
    });
  });
}

function parseSetting(text: string): Setting {
  const at = text.indexOf('=');
  const path = text.slice(0, Math.max(0, at)).trim();
  if (at < 1 || path.split('.').at(-1) === '') throw unreadable(JSON.stringify(text));
  if (path.split('.').includes('__proto__')) throw unreadable('a key called __proto__');
  try {
    return { path, values: splitList(text.slice(at + 1)).map((value) => valueOf(value.trim())) };
  } catch (cause) {
    throw unreadable(`${JSON.stringify(text)}: ${(cause as Error).message}`);
  }
}

function valueOf(text: string): Json {
  if (text === '') throw new Error('an empty value (an empty text is written "")');
  const value = parseValue(text);
  if (typeof value === 'string' && value === text && /^["[{]/.test(text)) {
    throw new Error(`${text.slice(0, 80)}, which is not JSON`);
  }
  return value;
}

function unreadable(got: string) {
  return fail('BENCH_SET', {
    asked: '--set must be written as PATH=VALUE or PATH=VALUE,VALUE, each path once',
    got,
    fix: 'For example: --set training.steps=100 or --set threshold.threshold=0.5,0.9',
  });
}

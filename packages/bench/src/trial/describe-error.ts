import { isMoekitError } from '@moekit/kernels';

import { messageOf } from '../plugins/describe-load-error.js';
import type { Refusal, TrialError } from './messages.js';

/** Longer messages come from foreign code; results, pages and terminals need not carry them. */
const LONGEST = 2000;

/**
 * Any thrown value as a code and one line of bounded length, without characters that steer a terminal. Errors without a
 * code of their own become BENCH_TRIAL.
 */
export function describeError(error: unknown): TrialError {
  const code = codeOf(error);
  const message = oneLine(messageOf(error)) || 'an error without a message';
  return { code: code ?? 'BENCH_TRIAL', message };
}

/** An error that was thrown for a mistake of the user; undefined for any other. */
export function describeRefusal(error: unknown): Refusal | undefined {
  const code = codeOf(error);
  if (code === undefined || !isMoekitError(error)) return undefined;
  const { asked, got, fix } = error.detail;
  return {
    code,
    asked: oneLine(asked),
    ...(got === undefined ? {} : { got: oneLine(got) }),
    fix: oneLine(fix),
  };
}

/** Text of foreign code, fit for a line. */
export function oneLine(text: string): string {
  const line = text
    .slice(0, 2 * LONGEST)
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)} …`;
}

function codeOf(error: unknown): string | undefined {
  try {
    if (!isMoekitError(error)) return undefined;
    const { code } = error as { readonly code: unknown };
    return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,60}$/.test(code) ? code : undefined;
  } catch {
    return undefined; // an object that throws when it is looked at
  }
}

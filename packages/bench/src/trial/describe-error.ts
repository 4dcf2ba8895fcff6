import { isMoekitError } from '@moekit/kernels';

import type { TrialError } from './messages.js';

/** Any thrown value as a code and one line. Errors without a code of their own become BENCH_TRIAL. */
export function describeError(error: unknown): TrialError {
  if (isMoekitError(error)) return { code: error.code, message: oneLine(error.message) };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'BENCH_TRIAL', message: oneLine(message) || 'an error without a message' };
}

const oneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim();

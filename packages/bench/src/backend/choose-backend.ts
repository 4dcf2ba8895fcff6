import { fail } from '../errors.js';
import type { BackendFinding } from './find-backends.js';
import { findBackends } from './find-backends.js';
import { BACKEND_NAMES } from './names.js';

/**
 * Decides on a backend without starting it.
 * @param asked a name, or `auto`
 * @throws BENCH_BACKEND_UNKNOWN, BENCH_BACKEND_MISSING saying how to get it
 */
export function chooseBackend(
  asked: string,
  findings: readonly BackendFinding[] = findBackends(),
): BackendFinding {
  if (asked === 'auto') return findings.find(({ usable }) => usable)!;
  const finding = findings.find(({ name }) => name === asked);
  if (finding === undefined) {
    throw fail('BENCH_BACKEND_UNKNOWN', {
      asked: `The backend must be one of ${BACKEND_NAMES.join(', ')}`,
      got: asked,
      fix: 'Run moekit doctor to see what this machine has.',
    });
  }
  if (!finding.usable) {
    throw fail('BENCH_BACKEND_MISSING', {
      asked: `Backend ${asked} must be usable here`,
      got: finding.reason,
      fix: finding.howToGet,
    });
  }
  return finding;
}

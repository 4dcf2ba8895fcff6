import { nearest } from '@moekit/kernels';

import { BACKEND_NAMES } from '../backends/all.js';
import { fail } from '../errors.js';
import { probeAdapter } from '../machine/probe-adapter.js';
import type { BackendFinding } from './find-backends.js';
import { findBackends } from './find-backends.js';

/**
 * Decides on a backend for this machine without starting one; for `auto` it asks Dawn for the adapter.
 * @throws what chooseBackend throws
 */
export async function pickBackend(asked: string): Promise<BackendFinding> {
  const adapter = asked === 'auto' ? await probeAdapter() : undefined;
  return chooseBackend(asked, findBackends({ adapter }));
}

/**
 * Decides on a backend without starting it.
 * @param asked a name, or `auto`
 * @throws BACKEND_UNKNOWN, BACKEND_MISSING saying how to get it
 */
export function chooseBackend(asked: string, findings: readonly BackendFinding[]): BackendFinding {
  if (asked === 'auto') return preferred(findings);
  const finding = findings.find(({ name }) => name === asked);
  if (finding === undefined) {
    const near = nearest(asked, BACKEND_NAMES);
    throw fail('BACKEND_UNKNOWN', {
      asked: `The backend must be one of ${BACKEND_NAMES.join(', ')}`,
      got: asked,
      fix: `${near === undefined ? '' : `Did you mean ${near}? `}Run moekit doctor to see what this machine has.`,
    });
  }
  if (!finding.usable) {
    throw fail('BACKEND_MISSING', {
      asked: `Backend ${asked} is not usable here: ${finding.reason}`,
      fix: finding.howToGet,
    });
  }
  return finding;
}

/** The usable one of the lowest rank; plain JavaScript always is usable. */
function preferred(findings: readonly BackendFinding[]): BackendFinding {
  return findings.filter(({ usable }) => usable).reduce((a, b) => (b.rank < a.rank ? b : a));
}

import type { Kind } from '@moekit/kernels';
import { findMisfit } from '@moekit/kernels';

import { fail } from '../errors.js';

/**
 * Holds the arguments of a public function, or the members of one argument, against their kinds.
 *
 *     assertKinds('tidyRouting', { build }, { build: 'function' });
 *
 * @param fix where to get one
 * @throws MOE_SHAPE for a tensor, MOE_OPTIONS for any other argument, naming it
 */
export function assertKinds(
  what: string,
  given: unknown,
  wanted: Readonly<Record<string, Kind>>,
  fix = 'Pass one.',
): void {
  const misfit = findMisfit(given, wanted);
  if (misfit === undefined) return;
  throw fail(misfit.kind === 'tensor' ? 'MOE_SHAPE' : 'MOE_OPTIONS', {
    asked: `${what} needs ${misfit.asked}`,
    got: misfit.got,
    fix,
  });
}

import { fail } from './codes.js';
import type { Kind } from './kinds.js';
import { findMisfit } from './kinds.js';

/**
 * Holds the arguments of a public function against their kinds before anything is computed.
 * @throws KERNELS_SHAPE for a tensor, KERNELS_VALUE for any other argument, naming it
 */
export function assertKinds(
  operation: string,
  given: unknown,
  wanted: Readonly<Record<string, Kind>>,
): void {
  const misfit = findMisfit(given, wanted);
  if (misfit === undefined) return;
  throw fail(misfit.kind === 'tensor' ? 'KERNELS_SHAPE' : 'KERNELS_VALUE', {
    asked: `${operation} needs ${misfit.asked}`,
    got: misfit.got,
    fix: 'Pass one.',
  });
}

/** @throws KERNELS_VALUE, KERNELS_SHAPE unless an argument is an array of tensors */
export function assertTensors(operation: string, argument: string, tensors: unknown): void {
  assertKinds(operation, { [argument]: tensors }, { [argument]: 'list' });
  (tensors as readonly unknown[]).forEach((tensor, i) => {
    const name = `${argument}[${i}]`;
    assertKinds(operation, { [name]: tensor }, { [name]: 'tensor' });
  });
}

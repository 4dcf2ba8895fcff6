import type { Routing } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, cast, equal, stack, sum, tidy } from '@tensorflow/tfjs-core';

/** The columns of `perToken`. */
export const SUMS = ['experts', 'slots', 'zeroCompute'] as const;

/**
 * Real experts that computed each token, slots that it had, and whether no real expert did.
 * @returns float32 [T,3], owned by the caller
 */
export function perToken({ dispatchMask, selectionMask, zeroCompute }: Routing): Tensor2D {
  return tidy(() => {
    const experts = sum<Tensor1D>(dispatchMask, 1); // [T]
    const selected = selectionMask ? sum<Tensor1D>(selectionMask, 1) : experts;
    const slots = zeroCompute ? add<Tensor1D>(selected, zeroCompute.slots) : selected;
    const none = cast<Tensor1D>(equal(experts, 0), 'float32');
    return stack([experts, slots, none], 1) as Tensor2D;
  });
}

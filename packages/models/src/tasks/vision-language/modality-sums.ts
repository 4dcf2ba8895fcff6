import type { Routing } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, cast, concat, equal, matMul, reshape, stack, sum, tidy } from '@tensorflow/tfjs-core';

/** The sums per group of tokens in each MoE layer. */
export const SUMS = ['experts', 'slots', 'zeroCompute'] as const;

/**
 * Tokens of each group, then for each MoE layer and group: real experts computed, slots, tokens that reached no real
 * expert. A slot is a (token, expert) pair that was selected, or one that a zero-compute expert took.
 * @param groups float32 [G,T] of 0/1; padding is in none
 * @returns float32 [G + layers * G * 3], owned by the caller, constant
 */
export function sumByGroup(routings: readonly Routing[], groups: Tensor2D): Tensor1D {
  return tidy(() => {
    const tokens = sum<Tensor1D>(groups, 1); // [G]
    const layers = routings.map((routing) => {
      const sums = matMul(groups, perToken(routing)); // [G,3]
      return reshape(sums, [-1]) as Tensor1D;
    });
    return concat([tokens, ...layers]);
  });
}

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

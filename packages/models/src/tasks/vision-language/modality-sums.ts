import type { Routing } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { concat, matMul, reshape, sum, tidy } from '@tensorflow/tfjs-core';

import { perToken } from '../../metrics/per-token.js';

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

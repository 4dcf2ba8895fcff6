import { selectTopK } from '@moekit/kernels';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, greater, max, min, mul, neg, tidy, transpose, where } from '@tensorflow/tfjs-core';

/** Above every bias that is needed. */
const NEVER = 1e30;

/**
 * For each expert, the value that parts the `wanted` least rows of its column from the others.
 * Formula:  c_e = (r_(q) + r_(q+1)) / 2, r_(i) the i-th least of r_:e, q = wanted; r_(q) where there is no other
 * @param needed float32 [T,E]      @returns float32 [E]
 */
export function exactCuts(
  needed: Tensor2D,
  {
    wanted,
    tokens,
    tokenMask,
  }: { wanted: number; tokens: number; tokenMask?: Tensor1D | undefined },
): Tensor1D {
  return tidy(() => {
    const columns = transpose(needed); // [E,T]
    const real = tokenMask ? where(greater(tokenMask, 0), columns, NEVER) : columns;
    const least = greater(selectTopK(neg(real) as Tensor2D, Math.max(wanted, 1)), 0); // [E,T]
    const inside: Tensor1D = max(where(least, real, -NEVER), 1);
    if (wanted >= tokens) return inside;
    const outside: Tensor1D = min(where(least, NEVER, real), 1);
    return mul(add(inside, outside), 0.5);
  });
}

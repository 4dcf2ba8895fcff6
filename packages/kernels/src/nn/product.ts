import type { Tensor } from '@tensorflow/tfjs-core';
import { matMul } from '@tensorflow/tfjs-core';

import { assertKinds } from '../errors/assert-kinds.js';
import { fusedKernel } from '../kernel/fused-kernel.js';
import type { Gradient } from '../kernel/gradient.js';
import { ensureGradient } from '../kernel/gradient.js';

export interface Transposed {
  readonly transposeA?: boolean;
  /** Not both. */
  readonly transposeB?: boolean;
}

/**
 * a b, of matrices or of two batches of the same shape; through moekit's native operation where the backend has one, which
 * is faster on the many small products of attention.
 * @param a float32 [...,m,k], or [...,k,m] transposed      @param b float32 [...,k,n], or [...,n,k] transposed
 * @returns float32 [...,m,n], owned by the caller      Gradient: through both.
 */
export function product<Output extends Tensor>(
  a: Tensor,
  b: Tensor,
  transposed: Transposed = {},
): Output {
  assertKinds('product', { a, b, transposed }, { a: 'tensor', b: 'tensor', transposed: 'object' });
  const { transposeA = false, transposeB = false } = transposed;
  const kernel = fusedKernel('MoeMatMul');
  if (!kernel) return matMul<Output>(a, b, transposeA, transposeB);
  ensureGradient(productGradient);
  return kernel({ a, b }, { transposeA, transposeB })[0] as Output;
}

/** Three layouts, closed under their gradients: no product ever needs both sides transposed. */
const productGradient: Gradient<'MoeMatMul'> = {
  kernelName: 'MoeMatMul',
  saved: ['a', 'b'],
  of: (dy, saved, { transposeA, transposeB }) => {
    const [a, b] = saved as [Tensor, Tensor];
    if (transposeA) {
      return { a: () => product(b, dy, { transposeB: true }), b: () => product(a, dy) };
    }
    if (transposeB) {
      return { a: () => product(dy, b), b: () => product(dy, a, { transposeA: true }) };
    }
    return {
      a: () => product(dy, b, { transposeB: true }),
      b: () => product(a, dy, { transposeA: true }),
    };
  },
};

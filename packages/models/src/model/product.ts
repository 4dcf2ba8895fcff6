import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import {
  engine,
  getBackend,
  getGradient,
  getKernel,
  matMul,
  registerGradient,
} from '@tensorflow/tfjs-core';

/** As @moekit/kernels registers it for TensorFlow. */
const MATMUL = 'MoeMatMul';

export interface Transposed {
  readonly transposeA?: boolean;
  /** Not both. */
  readonly transposeB?: boolean;
}

/**
 * a b, of matrices or of two batches of the same shape; through moekit's own operation where the backend has one, which
 * is faster on the many small products of attention.
 * @param a float32 [...,m,k], or [...,k,m] transposed      @param b float32 [...,k,n], or [...,n,k] transposed
 * @returns float32 [...,m,n], owned by the caller      Gradient: through both.
 */
export function product<Output extends Tensor>(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: Transposed = {},
): Output {
  if (!getKernel(MATMUL, getBackend())) return matMul<Output>(a, b, transposeA, transposeB);
  if (!getGradient(MATMUL)) registerGradient(gradient);
  const [out] = engine().runKernel(MATMUL, { a, b }, { transposeA, transposeB }) as Tensor[];
  return out as Output;
}

/** Three layouts, closed under their gradients: no product ever needs both sides transposed. */
const gradient: GradConfig = {
  kernelName: MATMUL,
  inputsToSave: ['a', 'b'],
  gradFunc: (dys, saved, attributes) => {
    const [a, b] = saved as [Tensor, Tensor];
    const [dy] = [dys].flat() as [Tensor];
    const { transposeA, transposeB } = attributes as unknown as Required<Transposed>;
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

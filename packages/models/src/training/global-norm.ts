import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import {
  addN,
  engine,
  getBackend,
  getKernel,
  scalar,
  sqrt,
  square,
  sum,
  tidy,
} from '@tensorflow/tfjs-core';

/** As @moekit/kernels registers it for TensorFlow. */
const SQUARE_SUM = 'MoeSquareSum';

/** Length of all gradients as one vector: float32 scalar, owned by the caller. */
export function globalNorm(gradients: readonly Tensor[]): Scalar {
  return tidy(() => {
    const squares = gradients.map(squareSum);
    return squares.length === 0 ? scalar(0) : sqrt(addN(squares));
  });
}

/** Sum of squares, in one pass where the backend has a kernel for it. */
function squareSum(x: Tensor): Scalar {
  if (!getKernel(SQUARE_SUM, getBackend())) return sum<Scalar>(square(x));
  const [total] = engine().runKernel(SQUARE_SUM, { x }) as Tensor[];
  return total as Scalar;
}

/** What gradients are multiplied by so that their global norm is at most `clipNorm`; 0 turns clipping off. */
export function clipScale(norm: number, clipNorm: number): number {
  return clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
}

import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { addN, scalar, sqrt, square, sum, tidy } from '@tensorflow/tfjs-core';

/** Length of all gradients as one vector: float32 scalar, owned by the caller. */
export function globalNorm(gradients: readonly Tensor[]): Scalar {
  return tidy(() => {
    const squares = gradients.map((gradient) => sum<Scalar>(square(gradient)));
    return squares.length === 0 ? scalar(0) : sqrt(addN(squares));
  });
}

/** What gradients are multiplied by so that their global norm is at most `clipNorm`; 0 turns clipping off. */
export function clipScale(norm: number, clipNorm: number): number {
  return clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
}

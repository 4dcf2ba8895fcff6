import type { NamedTensorMap, Scalar, Tensor } from '@tensorflow/tfjs-core';
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
const NORM = 'MoeNorm';

/** Length of all gradients as one vector: float32 scalar, owned by the caller. */
export function globalNorm(gradients: readonly Tensor[]): Scalar {
  if (gradients.length === 0) return scalar(0);
  if (!getKernel(NORM, getBackend())) return composedNorm(gradients);
  const inputs = gradients as unknown as NamedTensorMap;
  const [norm] = engine().runKernel(NORM, inputs) as Tensor[];
  return norm as Scalar;
}

/** The same from tfjs operations. */
export function composedNorm(gradients: readonly Tensor[]): Scalar {
  return tidy(() => sqrt(addN(gradients.map((gradient) => sum<Scalar>(square(gradient))))));
}

/** What gradients are multiplied by so that their global norm is at most `clipNorm`; 0 turns clipping off. */
export function clipScale(norm: number, clipNorm: number): number {
  return clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
}

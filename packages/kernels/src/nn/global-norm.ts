import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { addN, scalar, sqrt, square, sum, tidy } from '@tensorflow/tfjs-core';

import { assertTensors } from '../errors/assert-kinds.js';
import { hasKernel, runList } from '../kernel/run.js';

/** Length of all gradients as one vector: float32 scalar, owned by the caller. */
export function globalNorm(gradients: readonly Tensor[]): Scalar {
  assertTensors('globalNorm', 'gradients', gradients);
  if (gradients.length === 0) return scalar(0);
  if (!hasKernel('MoeNorm')) return composedNorm(gradients);
  return runList('MoeNorm', gradients, {})[0] as Scalar;
}

/** The same from tfjs operations. */
export function composedNorm(gradients: readonly Tensor[]): Scalar {
  return tidy(() => sqrt(addN(gradients.map((gradient) => sum<Scalar>(square(gradient))))));
}

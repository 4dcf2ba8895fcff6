import { stopGradient } from '@moekit/kernels';
import type { Scalar, Tensor1D } from '@tensorflow/tfjs-core';
import {
  add,
  div,
  greater,
  max,
  mean,
  mul,
  square,
  sub,
  sum,
  tidy,
  where,
} from '@tensorflow/tfjs-core';

import { assertTensor, assertWord } from '../arguments/assert-arguments.js';

/** Loads above LARGE are scaled by SMALL, or their squares would overflow. Powers of two: no digit changes. */
const LARGE = 2 ** 40;
const SMALL = 2 ** -80;

/**
 * How uneven loads are: importance loss and load loss of noisy top-k (1701.06538 eq. 7 and 11).
 * Formula:  CV^2 = var(x) / mean(x)^2, var over E (`population`, the original code) or E - 1 (`sample`, some ports)
 * @param loads float32 [E]: sum_t of the gates (importance) or of the selection probabilities (load)
 * @returns float32 scalar, 0 at balance      Gradient: through loads.
 */
export function squaredCoefficientOfVariation(
  loads: Tensor1D,
  variance: 'population' | 'sample' = 'population',
): Scalar {
  assertTensor('loads of a coefficient of variation', loads, ['E']);
  assertWord('variance of a coefficient of variation', variance, ['population', 'sample']);
  const experts = loads.shape[0];
  const freedom = variance === 'population' ? experts : Math.max(experts - 1, 1);
  return tidy(() => {
    const scale = where(greater(max(stopGradient(loads)), LARGE), SMALL, 1);
    const scaled = mul(loads, scale);
    const average = mean(scaled);
    // squaredDifference has no gradient under broadcasting.
    const spread = div(sum(square(sub(scaled, average))), freedom);
    return div(spread, add(square(average), mul(square(scale), 1e-10)));
  });
}

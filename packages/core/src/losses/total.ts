import type { Scalar } from '@tensorflow/tfjs-core';
import { addN, mul, scalar, tidy } from '@tensorflow/tfjs-core';

import type { RouterLoss } from '../contract.js';

/** What a model adds to its task loss: sum of coefficient * value over the losses given to it. */
export function totalRouterLoss(losses: readonly RouterLoss[]): Scalar {
  return tidy(() => {
    const terms = losses.map(({ value, coefficient }) => mul<Scalar>(value, coefficient));
    return terms.length === 0 ? scalar(0) : addN(terms);
  });
}

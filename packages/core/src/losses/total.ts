import type { Scalar } from '@tensorflow/tfjs-core';
import { addN, mul, scalar, tidy } from '@tensorflow/tfjs-core';

import { describeValue } from '@moekit/kernels';

import { fail } from '../errors.js';
import { assertNumber, assertTensor } from '../arguments/assert-arguments.js';
import type { RouterLoss } from '../contract/routing.js';

/** The term that a model adds to its task loss: sum of coefficient * value over the losses given to it. */
export function totalRouterLoss(losses: readonly RouterLoss[]): Scalar {
  assertLosses(losses);
  return tidy(() => {
    const terms = losses.map(({ value, coefficient }) => mul<Scalar>(value, coefficient));
    return terms.length === 0 ? scalar(0) : addN(terms);
  });
}

function assertLosses(losses: readonly RouterLoss[]): void {
  if (!Array.isArray(losses)) {
    throw fail('MOE_OPTIONS', {
      asked: 'totalRouterLoss needs the losses of a routing',
      got: describeValue(losses),
      fix: 'Pass routing.losses.',
    });
  }
  for (const loss of losses as readonly RouterLoss[]) {
    const name = `loss ${String((loss as RouterLoss | undefined)?.name)}`;
    assertTensor(`value of ${name}`, (loss as RouterLoss | undefined)?.value, []);
    assertNumber(`coefficient of ${name}`, loss.coefficient);
  }
}

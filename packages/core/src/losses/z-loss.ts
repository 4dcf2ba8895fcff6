import { fusedRouting } from '@moekit/kernels';
import type { GradSaveFunc, Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  customGrad,
  exp,
  log,
  max,
  mul,
  reshape,
  square,
  step,
  sub,
  sum,
  tidy,
} from '@tensorflow/tfjs-core';

import { assertRows, assertTensor } from '../arguments/assert-arguments.js';
import { assertTokenMask, clearPadding, tokenMean } from '../routing/token-mask.js';

/**
 * Keeps router logits small.
 * Formula:  L_z = mean_t (log sum_e exp z_te)^2   (ST-MoE, 2202.08906 eq. 5)
 * @param logits float32 [T,E]      @returns float32 scalar; no value at balance (it depends on the logits' level)
 *   Gradient: through logits.
 */
export function zLoss(logits: Tensor2D, tokenMask?: Tensor1D): Scalar {
  assertRows('logits of zLoss', logits);
  if (tokenMask) assertTokenMask(tokenMask, logits.shape[0]);
  if (logits.shape[0] === 0) return sum(tokenMean<Tensor1D>(logits, tokenMask)) as Scalar;
  return (
    fusedRouting.zLoss(logits, tokenMask) ??
    tidy(() => zLossOf(logPartitionOf(clearPadding(logits, tokenMask)), tokenMask))
  );
}

/** The same from log-partition values float32 [T] that were computed elsewhere (expanded logits, say). */
export function zLossOf(logPartition: Tensor1D, tokenMask?: Tensor1D): Scalar {
  assertTensor('logPartition of zLossOf', logPartition, [logPartition?.shape?.[0] ?? 'T']);
  return tidy(() => tokenMean<Scalar>(square(clearPadding(logPartition, tokenMask)), tokenMask));
}

/** As tfjs's logSumExp over rows, to the bit. [T,E] -> [T] */
function logPartitionOf(logits: Tensor2D): Tensor1D {
  const highest = rowMax(logits); // [T,1]
  const rest = log(sum<Tensor1D>(exp(sub(logits, highest)), 1));
  return add(reshape(highest, rest.shape), rest);
}

/** The row maximum with the gradient of tfjs, which compares [T,E] with [T,1]: on wasm a hundred times a difference's time. */
function rowMax(x: Tensor2D): Tensor2D {
  return customGrad<Tensor2D>((...inputs) => {
    const [rows, save] = inputs as unknown as [Tensor, GradSaveFunc];
    const value: Tensor2D = max(rows, 1, true);
    save([rows, value]);
    const isMax = ([of, highest]: Tensor[]) => sub(1, step(sub(highest!, of!))); // no comparison, which is slow on wasm
    return { value, gradFunc: (dy, saved) => mul(dy, isMax(saved)) };
  })(x);
}

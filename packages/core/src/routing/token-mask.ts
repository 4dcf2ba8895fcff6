import { describeValue, inHostMemory, isLiveTensor } from '@moekit/kernels';
import type { DataId, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  customGrad,
  div,
  getBackend,
  greater,
  maximum,
  mean,
  reshape,
  sum,
  tensor1d,
  tidy,
  where,
  zeros,
} from '@tensorflow/tfjs-core';

import { assertTensor } from '../arguments/assert-arguments.js';
import { fail } from '../errors.js';

/** Takes padding out of a selection: rows whose token mask is 0 become 0, whatever they hold. [T,E] -> [T,E] */
export function maskTokens(mask: Tensor2D, tokenMask: Tensor1D | undefined): Tensor2D {
  return clearPadding(mask, tokenMask);
}

/**
 * Rows of padding become 0, whatever they hold: a product with the mask would keep NaN and infinity.
 * @param x float32 [T] or [T,n]      @returns x itself without a mask
 *   Gradient: through the rows of tokens; exactly 0 for padding.
 */
export function clearPadding<Rows extends Tensor1D | Tensor2D>(
  x: Rows,
  tokenMask: Tensor1D | undefined,
): Rows {
  assertRows('clearPadding', x);
  if (tokenMask === undefined) return x;
  assertTokenMask(tokenMask, x.shape[0]);
  if (clearedBy.get(x.dataId) === tokenMask.dataId) return x;
  const cleared = tidy(() => {
    const real = greater(x.rank === 2 ? reshape(tokenMask, [-1, 1]) : tokenMask, 0);
    return where(real, x as Tensor, 0) as Rows;
  });
  clearedBy.set(cleared.dataId, tokenMask.dataId);
  return cleared;
}

/** By the data of a cleared tensor, that of the mask: a router asks for what its layer has done already. */
const clearedBy = new WeakMap<DataId, DataId>();

/**
 * @throws MOE_SHAPE unless a token mask is float32 [T]; MOE_CONTEXT on values other than 0 and 1, looked at where tensors
 *   are in host memory (cpu, wasm) or the mask is counted
 */
export function assertTokenMask(tokenMask: Tensor1D, numTokens: number): void {
  assertTensor('tokenMask', tokenMask, [numTokens], {
    fix: 'Make it with createTokenMask: 1 for each of the T tokens that takes part, 0 for padding.',
  });
  if (inHostMemory()) countTokens(numTokens, tokenMask);
}

/** By a mask's data: clones share it, and what is assigned to a variable has its own. */
const counted = new WeakMap<DataId, number>();

/**
 * A token mask whose tokens never have to be counted on the device: WebGPU under Node cannot be read within a step.
 * @param real 1 at tokens that take part, 0 at padding; [T]      @throws MOE_CONTEXT on anything else
 * @returns float32 [T], owned by the caller
 */
export function createTokenMask(real: Float32Array): Tensor1D {
  const tokens = countOnes(real);
  const mask = tensor1d(real, 'float32');
  counted.set(mask.dataId, tokens);
  return mask;
}

/**
 * How many tokens take part. A mask that `createTokenMask` did not make is read back, once.
 * @throws MOE_SYNC_READ where such a mask cannot be read synchronously
 */
export function countTokens(numTokens: number, tokenMask: Tensor1D | undefined): number {
  if (!tokenMask) return numTokens;
  assertTensor('tokenMask', tokenMask, [numTokens]);
  const count = counted.get(tokenMask.dataId) ?? countOnes(readSync(tokenMask));
  counted.set(tokenMask.dataId, count);
  return count;
}

function countOnes(values: Float32Array): number {
  const isNumbers = Array.isArray(values) || ArrayBuffer.isView(values);
  const at = isNumbers ? values.findIndex((value) => value !== 0 && value !== 1) : -1;
  if (isNumbers && at < 0) return values.reduce((sum, value) => sum + value, 0);
  throw fail('MOE_CONTEXT', {
    asked: 'A tokenMask must hold 1 for each token that takes part and 0 for padding',
    got: isNumbers ? `${String(values[at])} for token ${at}` : describeValue(values),
    fix: 'Pass a Float32Array of 0 and 1 to createTokenMask.',
  });
}

function readSync(mask: Tensor1D): Float32Array {
  try {
    return mask.dataSync<'float32'>();
  } catch (cause) {
    throw fail('MOE_SYNC_READ', {
      asked: `Counting the tokens of a mask on backend ${getBackend()} needs a synchronous read, which failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      fix: 'Make the mask with createTokenMask.',
      cause,
    });
  }
}

/**
 * Mean over the tokens that take part: [T] -> scalar, [T,E] -> [E]. 0 when none do; padding counts for nothing,
 * whatever it holds.      Gradient: through x.
 */
export function tokenMean<Output extends Tensor>(
  x: Tensor1D | Tensor2D,
  tokenMask: Tensor1D | undefined,
): Output {
  assertRows('tokenMean', x);
  if (x.shape[0] === 0) return nothing(x) as Output;
  if (!tokenMask) return mean(x, 0);
  assertTokenMask(tokenMask, x.shape[0]);
  return tidy(() => {
    const tokens = maximum(sum(tokenMask), 1);
    return div(sum(clearPadding(x, tokenMask), 0), tokens);
  });
}

/** The mean of a batch without tokens. Not left to tfjs, whose sums of nothing differ by backend. Gradient: of shape [0,E]. */
function nothing(x: Tensor1D | Tensor2D): Tensor {
  const { shape } = x;
  return customGrad((_x) => ({
    value: zeros(shape.slice(1)),
    gradFunc: () => zeros(shape),
  }))(x);
}

function assertRows(what: string, x: Tensor1D | Tensor2D): void {
  if (isLiveTensor(x) && x.dtype === 'float32' && (x.rank === 1 || x.rank === 2)) return;
  throw fail('MOE_SHAPE', {
    asked: `${what} needs float32 [T] or [T, E]`,
    got: describeValue(x),
    fix: 'Pass one number or one row per token.',
  });
}

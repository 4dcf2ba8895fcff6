import type { DataId, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  div,
  expandDims,
  getBackend,
  maximum,
  mean,
  mul,
  reshape,
  sum,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';

import { fail } from './errors.js';

/** Takes padding out of a selection: rows whose token mask is 0 become 0. [T,E] -> [T,E] */
export function maskTokens(mask: Tensor2D, tokenMask: Tensor1D | undefined): Tensor2D {
  return tokenMask ? mul(mask, reshape(tokenMask, [-1, 1])) : mask;
}

/** By a mask's data: clones share it, and what is assigned to a variable has its own. */
const counted = new WeakMap<DataId, number>();

/**
 * A token mask whose tokens never have to be counted on the device: WebGPU under Node cannot be read within a step.
 * @param real 1 at tokens that take part, 0 at padding; [T]
 * @returns float32 [T], owned by the caller
 */
export function createTokenMask(real: Float32Array): Tensor1D {
  const mask = tensor1d(real);
  counted.set(mask.dataId, sumOf(real));
  return mask;
}

/**
 * How many tokens take part. A mask that `createTokenMask` did not make is read back, once.
 * @throws MOE_SYNC_READ where such a mask cannot be read synchronously
 */
export function countTokens(numTokens: number, tokenMask: Tensor1D | undefined): number {
  if (!tokenMask) return numTokens;
  const count = counted.get(tokenMask.dataId) ?? sumOf(readSync(tokenMask));
  counted.set(tokenMask.dataId, count);
  return count;
}

function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function readSync(mask: Tensor1D): Float32Array {
  try {
    return mask.dataSync<'float32'>();
  } catch (cause) {
    throw fail('MOE_SYNC_READ', {
      asked: `Counting the tokens of a mask on backend ${getBackend()} needs a synchronous read`,
      got: cause instanceof Error ? cause.message : String(cause),
      fix: 'Make the mask with createTokenMask.',
      cause,
    });
  }
}

/** Mean over the tokens that take part: [T] -> scalar, [T,E] -> [E]. 0 when none do. */
export function tokenMean<Output extends Tensor>(
  x: Tensor1D | Tensor2D,
  tokenMask: Tensor1D | undefined,
): Output {
  if (!tokenMask) return mean(x, 0);
  return tidy(() => {
    const weights = x.rank === 2 ? expandDims(tokenMask, 1) : tokenMask;
    const tokens = maximum(sum(tokenMask), 1);
    return div(sum(mul(x, weights), 0), tokens);
  });
}

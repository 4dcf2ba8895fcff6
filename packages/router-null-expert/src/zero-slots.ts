import type { ZeroCompute } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { slice, sum } from '@tensorflow/tfjs-core';

/** The output of a zero-compute slot: nothing, or the token itself. Learned constants are MoE++'s: constant-experts.ts. */
export const KINDS = ['zero', 'copy'] as const;

/** Slots of one kind that a router may have, each with a row of weights: more are a slip of the keyboard. */
export const MOST_SLOTS = 2 ** 16;

/** Slots are columns: those of the N real experts first, those that compute nothing behind them. */
export interface SlotColumns {
  /** float32 [T,S] probabilities. */
  readonly probs: Tensor2D;
  /** float32 [T,S] of 0/1, constant. */
  readonly selected: Tensor2D;
  /** N */
  readonly experts: number;
}

/** `count` columns of a tensor from the column `first` on; all the rest by default. [T,S] -> [T,count] */
export function columns(x: Tensor2D, first: number, count = x.shape[1] - first): Tensor2D {
  return slice(x, [0, first], [x.shape[0], count]);
}

/** Their sum for each token. [T,S] -> [T] */
export function columnSum(x: Tensor2D, first: number, count?: number): Tensor1D {
  return sum(columns(x, first, count), 1);
}

/**
 * The use of the slots behind the real ones, in the names of the contract.
 * @param copyWeight float32 [T], differentiable: the weight of the token's own input; undefined where no slot copies
 */
export function zeroComputeOf(
  { probs, selected, experts }: SlotColumns,
  copyWeight?: Tensor1D,
): ZeroCompute {
  const mass = columnSum(probs, experts);
  const slots = columnSum(selected, experts);
  return { mass, slots, ...(copyWeight && { copyWeight }) };
}

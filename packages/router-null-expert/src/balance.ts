import type { Balance, BalanceScope } from '@moekit/core';
import { createBalance } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { concat, expandDims } from '@tensorflow/tfjs-core';

export interface SlotBalanceRule {
  /** K, slots per token. */
  readonly kMax: number;
  /** M */
  readonly nullCopies: number;
  readonly balanceCoefficient: number;
  /** The divisor of the counts in f: T kMax, or T. */
  readonly fraction: 'assignment' | 'token';
  readonly balanceScope?: BalanceScope;
  readonly balanceWindow?: number;
}

/**
 * The load-balancing loss over all N + M slots, without making M columns: the null slots are one column of size M.
 * Formula:  L = (N+M) sum_{i<=N+M} f_i P_i = (N+M) [ sum_real f_i P_i + F_null P_null / M ]   (2601.15370 eq. 6)
 *           With P_null the probability of all null slots, only their whole load F_null counts, not which were taken;
 *           where they have logits of their own, this is the mean of their f (AdaMoE, 2406.13233).
 * @returns of atBalance 1 with f = count / (T kMax), kMax with f = count / T
 */
export function slotBalance(experts: number, rule: SlotBalanceRule): Balance {
  const { kMax, nullCopies, fraction, balanceCoefficient: coefficient } = rule;
  const { balanceScope: scope = 'micro-batch', balanceWindow: window = 1 } = rule;
  const slots = experts + nullCopies;
  const sizes = [...new Array<number>(experts).fill(1), nullCopies];
  return createBalance(experts + (nullCopies > 0 ? 1 : 0), {
    coefficient,
    scope,
    window,
    scale: fraction === 'token' ? slots * kMax : slots,
    ...(nullCopies > 0 && { sizes }),
  });
}

/** A column of its own for what the null slots come to. [T,N], [T] -> [T,N+1] */
export function withNullColumn(real: Tensor2D, nulls: Tensor1D): Tensor2D {
  return concat([real, expandDims(nulls, 1) as Tensor2D], 1);
}

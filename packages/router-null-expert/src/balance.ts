import type { RouterLoss } from '@moekit/core';
import { loadBalancingLoss } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, concat, div, maximum, mul, reshape, sum, tensor1d } from '@tensorflow/tfjs-core';

export interface BalanceRule {
  readonly kMax: number;
  /** M */
  readonly nullCopies: number;
  readonly balanceCoefficient: number;
  /** The divisor of the counts in f: T kMax, or T. */
  readonly fraction: 'assignment' | 'token';
  /** float32 [N], or [N+1] with null slots, a constant: earlier counts, added to this batch's before they become shares. */
  readonly earlierLoad?: Tensor1D | undefined;
  readonly tokenMask?: Tensor1D | undefined;
}

/** The choices of one batch. */
export interface Load {
  /** float32 [T,N], or [T,N+1] with the whole probability of the null slots last. */
  readonly probs: Tensor2D;
  /** float32 [T,N] of 0/1 */
  readonly selected: Tensor2D;
  /** float32 [T] */
  readonly nullSlots: Tensor1D;
}

/**
 * The load-balancing loss over all N + M slots, without making M columns.
 * Formula:  L = (N+M) sum_{i<=N+M} f_i P_i = (N+M) [ sum_real f_i P_i + F_null P_null / M ]   (2601.15370 eq. 6)
 *           All null slots share one probability, so only their whole load F_null counts, not which of them were taken.
 * @returns atBalance 1 with f = count / (T kMax), kMax with f = count / T      Gradient: through probs only.
 */
export function balanceLoss(load: Load, rule: BalanceRule): RouterLoss {
  const { nullCopies, kMax, balanceCoefficient: coefficient, tokenMask } = rule;
  const fractions = div(slotFractions(load, rule), slotSizes(load, nullCopies)) as Tensor1D;
  const scale = load.selected.shape[1] + nullCopies;
  const value = loadBalancingLoss(load.probs, fractions, { scale, tokenMask });
  const atBalance = rule.fraction === 'token' ? kMax : 1;
  return { name: 'load-balancing', value, coefficient, atBalance };
}

/** Counts of the real experts, and of the null slots together, as shares. [N] or [N+1] */
function slotFractions({ selected, nullSlots }: Load, rule: BalanceRule): Tensor1D {
  const real = sum<Tensor1D>(selected, 0); // [N]
  const counts =
    rule.nullCopies === 0 ? real : concat([real, reshape(sum(nullSlots), [1]) as Tensor1D]);
  const all = rule.earlierLoad ? add<Tensor1D>(counts, rule.earlierLoad) : counts;
  const assignments = maximum(sum(all), 1); // T kMax
  return mul(div(all, assignments), rule.fraction === 'token' ? rule.kMax : 1);
}

/** How many slots each count stands for: 1 for a real expert, M for the null ones. */
function slotSizes({ selected }: Load, nullCopies: number): Tensor1D {
  const real = new Array<number>(selected.shape[1]).fill(1);
  return tensor1d(nullCopies === 0 ? real : [...real, nullCopies]);
}

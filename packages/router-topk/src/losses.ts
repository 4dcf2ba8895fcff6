import type { RouterLoss } from '@moekit/core';
import { assignmentFractions, loadBalancingLoss, zLoss } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

export interface BalanceOptions {
  readonly coefficient: number;
  readonly tokenMask: Tensor1D | undefined;
  /** Default E (Switch); GShard's paper has 1/E. */
  readonly scale?: number;
}

/**
 * The load-balancing loss with its coefficient; none where the coefficient is 0.
 * Formula:  L = scale * sum_e f_e P_e,  f_e the share of the choices that fell on e, P_e = mean_t p_te
 * @param probs float32 [T,E]      @param choices float32 [T,E] of 0/1 before capacity, padding rows 0: first choices
 *   give f per token (2101.03961 eq. 5), all k choices give f per assignment; the f sum to 1 in both
 * @returns atBalance = scale / E      Gradient: through probs only.
 */
export function balanceLosses(
  probs: Tensor2D,
  choices: Tensor2D,
  { coefficient, tokenMask, scale = probs.shape[1] }: BalanceOptions,
): RouterLoss[] {
  if (coefficient === 0) return [];
  const fractions = assignmentFractions(choices, 'assignment', tokenMask); // [E]
  const value = loadBalancingLoss(probs, fractions, { scale, tokenMask });
  return [{ name: 'load-balancing', value, coefficient, atBalance: scale / probs.shape[1] }];
}

/** The router z-loss with its coefficient (2202.08906 eq. 5); none where the coefficient is 0. */
export function zLosses(
  logits: Tensor2D,
  coefficient: number,
  tokenMask: Tensor1D | undefined,
): RouterLoss[] {
  if (coefficient === 0) return [];
  return [{ name: 'z-loss', value: zLoss(logits, tokenMask), coefficient, atBalance: null }];
}

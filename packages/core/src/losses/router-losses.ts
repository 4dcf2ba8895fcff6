import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

import { assertMembers, assertNumber, assertRows } from '../arguments/assert-arguments.js';
import type { RouterLoss } from '../contract/routing.js';
import { assignmentFractions, loadBalancingLoss } from './load-balancing.js';
import { zLoss } from './z-loss.js';

export interface BalanceOptions {
  readonly coefficient: number;
  readonly tokenMask?: Tensor1D | undefined;
  /** Default E (Switch); GShard's paper has 1/E. */
  readonly scale?: number;
  /** The whole that f is a share of: see assignmentFractions. Default `assignment`. */
  readonly per?: 'token' | 'assignment';
}

/**
 * The load-balancing loss of a routing with its coefficient; none where the coefficient is 0.
 * Formula:  L = scale * sum_e f_e P_e,  f_e the share of the choices that fell on e, P_e = mean_t p_te
 * @param probs float32 [T,E]      @param choices float32 [T,E] of 0/1 before capacity, padding rows 0: first choices
 *   give f per token (2101.03961 eq. 5), all k choices give f per assignment; the f sum to 1 in both
 * @returns atBalance = scale / E      @throws MOE_OPTIONS, MOE_SHAPE      Gradient: through probs only.
 */
export function balanceLosses(
  probs: Tensor2D,
  choices: Tensor2D,
  options: BalanceOptions,
): RouterLoss[] {
  assertRows('probs of balanceLosses', probs);
  assertMembers('balanceLosses', options, ['coefficient', 'tokenMask', 'scale', 'per']);
  const { coefficient, tokenMask, scale = probs.shape[1], per = 'assignment' } = options;
  assertNumber('coefficient of balanceLosses', coefficient, { min: 0 });
  if (coefficient === 0) return [];
  const fractions = assignmentFractions(choices, per, tokenMask); // [E]
  const value = loadBalancingLoss(probs, fractions, { scale, tokenMask });
  return [{ name: 'load-balancing', value, coefficient, atBalance: scale / probs.shape[1] }];
}

/**
 * The z-loss of a routing with its coefficient (2202.08906 eq. 5); none where the coefficient is 0.
 * @param logits float32 [T,E]      @throws MOE_OPTIONS, MOE_SHAPE      Gradient: through logits.
 */
export function zLosses(logits: Tensor2D, coefficient: number, tokenMask?: Tensor1D): RouterLoss[] {
  assertNumber('coefficient of zLosses', coefficient, { min: 0 });
  if (coefficient === 0) return [];
  return [{ name: 'z-loss', value: zLoss(logits, tokenMask), coefficient, atBalance: null }];
}

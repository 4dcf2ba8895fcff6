import type { RouterLoss, Routing } from '@moekit/core';
import {
  balanceLosses,
  maskTokens,
  select,
  selectThreshold,
  selectTopK,
  tidyRouting,
  withinCapacity,
} from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';

export interface ThresholdRule {
  /** t, from 0 to 1. */
  readonly threshold: number;
  /** 0 leaves the balancing loss out. */
  readonly balanceCoefficient: number;
  /** Rows each expert computes at most; absent where nothing may be dropped. */
  readonly capacity?: number | undefined;
  /** float32 [T] of 0/1; padding is not routed, takes no room and has no part in the loss. */
  readonly tokenMask?: Tensor1D | undefined;
}

/**
 * XMoE's routing (arXiv 2403.18926) of given logits.
 * Formula:  p = softmax(z);  a token wants its likeliest experts up to the first whose cumulative probability reaches t;
 *           an expert keeps the C it ranks first: lower rank in the token's order, then higher p, then lower token index;
 *           w_te = p_te where kept, else 0. Weights are never renormalised.
 * @param logits float32 [T,E]      @returns tensors owned by the caller; `selectionMask` only where there is a capacity
 * @throws KERNELS_NON_FINITE      Gradient: through probs; selection, ranks and capacity are constants.
 */
export function routeLogits(logits: Tensor2D, rule: ThresholdRule): Routing {
  const { capacity, tokenMask } = rule;
  const decide = (): Routing => {
    const probs = softmax(logits); // [T,E]
    const wanted = select(logits, (z) => maskTokens(selectThreshold(z, rule.threshold), tokenMask)); // [T,E]
    const losses = balance(logits, probs, rule);
    if (capacity === undefined) {
      return { combineWeights: mul(probs, wanted), dispatchMask: wanted, logits, probs, losses };
    }
    const kept = withinCapacity(wanted, logits, capacity, 'rank-then-probability'); // [T,E]
    const combineWeights = mul<Tensor2D>(probs, kept);
    const maxPairs = capacity * logits.shape[1];
    return {
      combineWeights,
      dispatchMask: kept,
      maxPairs,
      selectionMask: wanted,
      logits,
      probs,
      losses,
    };
  };
  return tidyRouting(decide);
}

/** L = N sum_e f_e P_e with f the share of tokens whose likeliest expert is e, capacity set aside: 1 at balance. */
function balance(
  logits: Tensor2D,
  probs: Tensor2D,
  { tokenMask, balanceCoefficient: coefficient }: ThresholdRule,
): RouterLoss[] {
  if (!(coefficient > 0)) return [];
  const first = select(logits, (z) => maskTokens(selectTopK(z, 1), tokenMask)); // [T,E]
  return balanceLosses(probs, first, { coefficient, tokenMask, per: 'token' });
}

import type { RouterLoss, Routing } from '@moekit/core';
import {
  balanceLosses,
  maskTokens,
  select,
  selectedSoftmax,
  selectThreshold,
  selectTopK,
  tidyRouting,
  withinCapacity,
} from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';

import { selectWithin } from './select-within.js';

export interface ThresholdRule {
  /** t, from 0 to 1. */
  readonly threshold: number;
  /** k: the choice is among the k likeliest experts of a token. Default: among all. */
  readonly within?: number | undefined;
  /** Weights sum to 1 over what a token selected. Default false. */
  readonly normalise?: boolean;
  /** 0 leaves the balancing loss out. */
  readonly balanceCoefficient: number;
  /** Rows each expert computes at most; absent where nothing may be dropped. */
  readonly capacity?: number | undefined;
  /** float32 [T] of 0/1; padding is not routed, takes no room and has no part in the loss. */
  readonly tokenMask?: Tensor1D | undefined;
}

/**
 * XMoE's routing (arXiv 2403.18926) of given logits.
 * Formula:  p = softmax(z);  a token wants its likeliest experts up to the first whose cumulative probability reaches t
 *           (with `within` k: of its k likeliest ones, t of what these hold together);
 *           an expert keeps the C it ranks first: lower rank in the token's order, then higher p, then lower token index;
 *           w_te = p_te where kept, else 0; with `normalise` divided by the sum of p over what the token wants. A drop
 *           leaves the weights of the others as they are.
 * @param logits float32 [T,E]      @returns tensors owned by the caller; `selectionMask` only where there is a capacity
 * @throws KERNELS_NON_FINITE      Gradient: through probs; selection, ranks and capacity are constants.
 */
export function routeLogits(logits: Tensor2D, rule: ThresholdRule): Routing {
  const { capacity, within, tokenMask } = rule;
  const decide = (): Routing => {
    const probs: Tensor2D = softmax(logits); // [T,E]
    const wanted = select(logits, (z) => maskTokens(wantedBy(z, rule), tokenMask)); // [T,E]
    const weights = rule.normalise ? selectedSoftmax(logits, wanted) : probs; // [T,E], before the mask
    const losses = balance(logits, probs, rule);
    const [tokens, experts] = logits.shape;
    const bound = within === undefined ? {} : { maxPairs: tokens * within };
    if (capacity === undefined) {
      return { combineWeights: mul(weights, wanted), dispatchMask: wanted, ...bound, logits, probs, losses }; // prettier-ignore
    }
    const kept = withinCapacity(wanted, logits, capacity, 'rank-then-probability'); // [T,E]
    return {
      combineWeights: mul(weights, kept),
      dispatchMask: kept,
      maxPairs: Math.min(capacity * experts, bound.maxPairs ?? Infinity),
      selectionMask: wanted,
      logits,
      probs,
      losses,
    };
  };
  return tidyRouting(decide);
}

/** @param logits float32 [T,E], detached      @returns float32 [T,E] of 0/1 */
function wantedBy(logits: Tensor2D, { threshold, within }: ThresholdRule): Tensor2D {
  return within === undefined
    ? selectThreshold(logits, threshold)
    : selectWithin(logits, within, threshold);
}

/** The likeliest expert of each token, capacity set aside: what the balancing loss counts. [T,E] of 0/1, a constant */
export function firstChoices(logits: Tensor2D, tokenMask: Tensor1D | undefined): Tensor2D {
  return select(logits, (z) => maskTokens(selectTopK(z, 1), tokenMask));
}

/** L = N sum_e f_e P_e with f the share of tokens whose likeliest expert is e: 1 at balance. */
function balance(
  logits: Tensor2D,
  probs: Tensor2D,
  { tokenMask, balanceCoefficient: coefficient }: ThresholdRule,
): RouterLoss[] {
  if (!(coefficient > 0)) return [];
  return balanceLosses(probs, firstChoices(logits, tokenMask), {
    coefficient,
    tokenMask,
    per: 'token',
  });
}

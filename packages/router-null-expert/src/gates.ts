import { selectedSoftmax, stopGradient } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  concat,
  div,
  exp,
  max,
  minimum,
  mul,
  reshape,
  slice,
  sub,
  sum,
} from '@tensorflow/tfjs-core';

/** Which sum a token's weights are divided by: see `gateWeights`. */
export type GateNorm = 'real' | 'none' | 'all';

export interface GateInput {
  /** float32 [T,N], or [T,N+1] with the null logit last. */
  readonly logits: Tensor2D;
  /** float32 [T,N], the logits of the real experts. */
  readonly real: Tensor2D;
  /** float32 [T,N] of 0/1, real experts that were selected. */
  readonly selected: Tensor2D;
  /** float32 [T], null slots taken; 0 for padding. */
  readonly nullSlots: Tensor1D;
  /** float32 [T,N] probabilities of the real experts among all N + M slots. */
  readonly probs: Tensor2D;
  /** float32 [T] probability of one null slot; absent without null slots. */
  readonly nullProb?: Tensor1D | undefined;
}

export interface Gates {
  /** float32 [T,N], 0 where not selected. */
  readonly combineWeights: Tensor2D;
  /** float32 [T], weight of all the token's null slots together; absent where they have none. */
  readonly nullWeight?: Tensor1D;
}

/**
 * The weights of a token's experts (2601.15370 eq. 1-3).
 * Formula:  none   g_i = p_i, as in eq. 3
 *           real   g_i = p_i / sum of p over the selected real experts: the softmax of their logits alone; the default
 *           all    g_i = p_i / sum of p over all kMax slots, null ones included
 * @returns weights of 0 for a token without a real expert, with finite gradients      Gradient: through logits or probs.
 */
export function gateWeights(input: GateInput, norm: GateNorm): Gates {
  const { selected, probs, nullProb, nullSlots } = input;
  if (norm !== 'none') return normalised(input, norm);
  const combineWeights = mul<Tensor2D>(probs, selected);
  return nullProb ? { combineWeights, nullWeight: mul(nullSlots, nullProb) } : { combineWeights };
}

/** From logits rather than probabilities, so that a null block that takes all the mass cannot cause 0 / 0. */
function normalised(input: GateInput, norm: 'real' | 'all'): Gates {
  const { logits, real, selected } = input;
  if (norm === 'all' && logits.shape[1] > selected.shape[1]) return overAll(input);
  return { combineWeights: mul(selectedSoftmax(real, selected), selected) };
}

/** Over a token's slots of both kinds; one with nothing to count (padding) is divided by 1. */
function overAll({ logits, selected, nullSlots }: GateInput): Gates {
  const [tokens, experts] = selected.shape;
  const counts = concat<Tensor2D>([selected, reshape(nullSlots, [tokens, 1])], 1); // [T,N+1]
  const raised = mul(exp(sub(logits, max(stopGradient(logits), 1, true))), counts); // [T,N+1]
  const whole = add(sum(raised, 1, true), isZero(sum(counts, 1, true))); // [T,1]
  const shares: Tensor2D = div(raised, whole);
  return {
    combineWeights: slice(shares, [0, 0], [tokens, experts]),
    nullWeight: reshape(slice(shares, [0, experts], [tokens, 1]), [tokens]),
  };
}

/** 1 where a count is 0, else 0: constants, for counts are. */
function isZero(counts: Tensor2D): Tensor2D {
  return sub(1, minimum(counts, 1));
}

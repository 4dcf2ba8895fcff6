import type { Balance, Routing } from '@moekit/core';
import {
  clearPadding,
  createRng,
  maskTokens,
  select,
  selectTopK,
  tidyRouting,
  zLosses,
} from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { add, div, mul, slice, softmax, step, sub, sum, tensor1d } from '@tensorflow/tfjs-core';

import { assertRule } from './assert-rule.js';
import { slotBalance, withNullColumn } from './balance.js';
import { gateWeights } from './gates.js';
import type { NullExpertRule } from './rule.js';
import { columns, zeroComputeOf } from './zero-slots.js';

/**
 * Routing among N real experts and M copies of one null logit n (arXiv 2601.15370), in closed form.
 * Formula:  Z = sum_i e^{l_i} + M e^n;  p_i = e^{l_i} / Z
 *           selected = { i in the top kMax of the real logits : l_i >= n },  the other slots are null   (for M >= kMax)
 * @param logits float32 [T,N+1], the null logit last; [T,N] where nullCopies is 0
 * @returns tensors owned by the caller; `logits` and `probs` are the real columns, `zeroCompute` is absent where M = 0
 * @throws KERNELS_NON_FINITE, and MOE_OPTIONS where the rule does not fit the logits or 0 < M < kMax      Gradient: through logits; selection and load fractions are constants.
 */
export function routeLogits(
  logits: Tensor2D,
  rule: NullExpertRule,
  balanced: Balanced = ofOneBatch(rule),
): Routing {
  assertRule(logits, rule);
  return tidyRouting(() => decide(clearPadding(logits, rule.tokenMask), rule, balanced));
}

/** The balancing loss of [T,N] or [T,N+1] probabilities and choices: a router's own looks beyond one batch. */
export type Balanced = (
  probs: Tensor2D,
  choices: Tensor2D,
) => Pick<ReturnType<Balance['of']>, 'losses' | 'statistics'>;

function ofOneBatch(rule: NullExpertRule): Balanced {
  const { tokenMask, nullCopies } = rule;
  const context = { training: false, rng: createRng(0), ...(tokenMask && { tokenMask }) };
  return (probs, choices) => {
    const experts = probs.shape[1] - (nullCopies > 0 ? 1 : 0);
    return slotBalance(experts, { ...rule, balanceScope: 'micro-batch' }).of(
      probs,
      choices,
      context,
    );
  };
}

function decide(logits: Tensor2D, rule: NullExpertRule, balanced: Balanced): Routing {
  const { nullCopies, kMax, tokenMask, zLossCoefficient, zLossOver } = rule;
  const [tokens, all] = logits.shape;
  const experts = nullCopies > 0 ? all - 1 : all;
  const realOf = (x: Tensor2D): Tensor2D => columns(x, 0, experts);
  const expanded = expand(logits, nullCopies);
  const slotProbs = softmax(expanded); // [T,N] or [T,N+1]
  const probs = realOf(slotProbs);
  const selected = realOf(
    select(logits, (z) => maskTokens(selectSlots(z, kMax, nullCopies), tokenMask)),
  ); // [T,N]
  const nullSlots = nullSlotsOf(selected, rule); // [T]
  const choices = nullCopies > 0 ? withNullColumn(selected, nullSlots) : selected;
  const zero =
    nullCopies > 0 ? zeroComputeOf({ probs: slotProbs, selected: choices, experts }) : undefined;
  const nullProb = zero && div<Tensor1D>(zero.mass, nullCopies);
  const real = realOf(logits);
  const { combineWeights, nullWeight } = gateWeights(
    { logits, real, selected, nullSlots, probs, nullProb },
    rule.gateNorm,
  );
  const copies = rule.kind === 'copy' && nullWeight ? { copyWeight: nullWeight } : {};
  const { losses, statistics } = balanced(slotProbs, choices);
  const zLogits = zLossOver === 'expanded' ? expanded : logits;
  return {
    combineWeights,
    dispatchMask: selected,
    maxPairs: tokens * kMax,
    logits: real,
    probs,
    losses: [...losses, ...zLosses(zLogits, zLossCoefficient, tokenMask)],
    statistics,
    ...(zero && { zeroCompute: { ...zero, ...copies } }),
  };
}

/** N + 1 columns with the softmax and the log-partition of N + M: the null logit carries + log M. */
function expand(logits: Tensor2D, nullCopies: number): Tensor2D {
  if (nullCopies === 0) return logits;
  const copies = new Float32Array(logits.shape[1]);
  copies[copies.length - 1] = Math.log(nullCopies);
  return add(logits, tensor1d(copies));
}

/**
 * A real logit is among the top kMax of all N + M slots exactly if it is among the top kMax of these N + 1 columns and not
 * below the null logit. A tie goes to the real expert, whose index is lower.
 */
function selectSlots(logits: Tensor2D, kMax: number, nullCopies: number): Tensor2D {
  const top = selectTopK(logits, kMax);
  if (nullCopies === 0) return top;
  const [tokens, columns] = logits.shape;
  const nullLogit = slice(logits, [0, columns - 1], [tokens, 1]);
  return mul(top, sub(1, step(sub(nullLogit, logits)))); // a comparison of unlike shapes is slow on WebAssembly
}

/** kMax minus the real experts of each token; none for padding. [T] */
function nullSlotsOf(selected: Tensor2D, { kMax, tokenMask }: NullExpertRule): Tensor1D {
  const slots = sub<Tensor1D>(kMax, sum(selected, 1)); // [T]
  return tokenMask ? mul(slots, tokenMask) : slots;
}

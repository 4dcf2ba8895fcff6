import type { RouterLoss, Routing } from '@moekit/core';
import { clearPadding, maskTokens, select, selectTopK, tidyRouting, zLosses } from '@moekit/core';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  concat,
  div,
  greaterEqual,
  mul,
  reshape,
  slice,
  softmax,
  sub,
  sum,
} from '@tensorflow/tfjs-core';

import { assertRule } from './assert-rule.js';
import type { Load } from './balance.js';
import { balanceLoss } from './balance.js';
import { gateWeights } from './gates.js';
import type { NullExpertRule } from './rule.js';

/**
 * Routing among N real experts and M copies of one null logit n (arXiv 2601.15370), in closed form.
 * Formula:  Z = sum_i e^{l_i} + M e^n;  p_i = e^{l_i} / Z
 *           selected = { i in the top kMax of the real logits : l_i >= n },  the other slots are null   (for M >= kMax)
 * @param logits float32 [T,N+1], the null logit last; [T,N] where nullCopies is 0
 * @returns tensors owned by the caller; `logits` and `probs` are the real columns, `zeroCompute` is absent where M = 0
 * @throws KERNELS_NON_FINITE, and MOE_OPTIONS where the rule does not fit the logits or 0 < M < kMax      Gradient: through logits; selection and load fractions are constants.
 */
export function routeLogits(logits: Tensor2D, rule: NullExpertRule): Routing {
  assertRule(logits, rule);
  return tidyRouting(() => decide(clearPadding(logits, rule.tokenMask), rule));
}

function decide(logits: Tensor2D, rule: NullExpertRule): Routing {
  const { nullCopies, kMax, tokenMask } = rule;
  const [tokens, columns] = logits.shape;
  const experts = nullCopies > 0 ? columns - 1 : columns;
  const realOf = (x: Tensor2D): Tensor2D => slice(x, [0, 0], [tokens, experts]);
  const expanded = expand(logits, nullCopies);
  const slotProbs = softmax(expanded); // [T,N] or [T,N+1]
  const probs = realOf(slotProbs);
  const selected = realOf(
    select(logits, (z) => maskTokens(selectSlots(z, kMax, nullCopies), tokenMask)),
  ); // [T,N]
  const nullSlots = nullSlotsOf(selected, rule); // [T]
  const mass = nullCopies > 0 ? lastColumn(slotProbs) : undefined; // [T]
  const nullProb = mass && div<Tensor1D>(mass, nullCopies);
  const { combineWeights, nullWeight } = gateWeights(
    { logits, selected, nullSlots, probs, nullProb },
    rule.gateNorm,
  );
  const copies = rule.kind === 'copy' && nullWeight ? { copyWeight: nullWeight } : {};
  return {
    combineWeights,
    dispatchMask: selected,
    maxPairs: tokens * kMax,
    logits: realOf(logits),
    probs,
    losses: lossesOf({ probs: slotProbs, selected, nullSlots }, { logits, expanded }, rule),
    ...(mass && { zeroCompute: { mass, slots: nullSlots, ...copies } }),
  };
}

function lastColumn(x: Tensor2D): Tensor1D {
  const [tokens, columns] = x.shape;
  return reshape(slice(x, [0, columns - 1], [tokens, 1]), [tokens]);
}

/** N + 1 columns with the softmax and the log-partition of N + M: the null logit carries + log M. */
function expand(logits: Tensor2D, nullCopies: number): Tensor2D {
  if (nullCopies === 0) return logits;
  const [tokens, columns] = logits.shape;
  const real = slice(logits, [0, 0], [tokens, columns - 1]);
  const nullLogit = slice(logits, [0, columns - 1], [tokens, 1]);
  return concat([real, add<Tensor2D>(nullLogit, Math.log(nullCopies))], 1);
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
  return mul(top, cast(greaterEqual(logits, nullLogit), 'float32'));
}

/** kMax minus the real experts of each token; none for padding. [T] */
function nullSlotsOf(selected: Tensor2D, { kMax, tokenMask }: NullExpertRule): Tensor1D {
  const slots = sub<Tensor1D>(kMax, sum(selected, 1)); // [T]
  return tokenMask ? mul(slots, tokenMask) : slots;
}

function lossesOf(
  load: Load,
  { logits, expanded }: { logits: Tensor2D; expanded: Tensor2D },
  rule: NullExpertRule,
): RouterLoss[] {
  const { balanceCoefficient, zLossCoefficient, zLossOver, tokenMask } = rule;
  const zLogits = zLossOver === 'expanded' ? expanded : logits;
  return [
    ...(balanceCoefficient > 0 ? [balanceLoss(load, rule)] : []),
    ...zLosses(zLogits, zLossCoefficient, tokenMask),
  ];
}

import type { CapacityFactors, RouteContext, Routing } from '@moekit/core';
import {
  balanceLosses,
  maskTokens,
  selectedSoftmax,
  stepCapacity,
  withinCapacity,
  zLosses,
} from '@moekit/core';
import { routingOf, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';

import { keepSecondChoices } from './second-choice.js';

export interface TopTwoOptions extends CapacityFactors {
  /**
   * `paper` (2006.16668 algorithm 1): a rejected second choice still takes a place in its expert; balance loss over E.
   * `mesh` (Mesh TensorFlow): it takes none; balance loss times E.
   */
  readonly variant: 'paper' | 'mesh';
  readonly secondChoiceThreshold: number;
  readonly balanceCoefficient: number;
  readonly zLossCoefficient: number;
}

/**
 * GShard's decision on given logits: first choices are served in token order, then second choices in token order.
 * Formula:  w_te = p_te / (p_t1 + p_t2) for the two highest, not renormalised after a drop;  C = int(T factor / E)
 *   L = scale * sum_e f_e P_e, f over first choices before capacity, scale 1/E (`paper`) or E (`mesh`)
 * The second choice is random in training only: an evaluated token keeps it where there is room.
 * @param logits float32 [T,E]
 */
export function routeTopTwo(
  logits: Tensor2D,
  settings: TopTwoOptions,
  context: RouteContext,
): Routing {
  const { tokenMask } = context;
  const { variant, balanceCoefficient: coefficient, zLossCoefficient } = settings;
  const experts = logits.shape[1];
  const probs: Tensor2D = softmax(logits); // [T,E]
  const top = topExperts(logits, 2);
  const candidates = maskTokens(top, tokenMask);
  const selected = withRandomSecond(candidates, logits, settings, context);
  const capacity = stepCapacity(logits, settings, context, { rounding: 'down' });
  const competing = variant === 'paper' ? candidates : selected;
  const placed = withinCapacity(competing, logits, capacity);
  const firstChoices = maskTokens(topExperts(logits, 1), tokenMask);
  return routingOf({
    choices: 2,
    weights: selectedSoftmax(logits, top),
    selected,
    dispatched: placed === competing ? selected : mul(placed, selected),
    capacity,
    logits,
    probs,
    losses: [
      ...balanceLosses(probs, firstChoices, {
        coefficient,
        tokenMask,
        scale: variant === 'paper' ? 1 / experts : experts,
      }),
      ...zLosses(logits, zLossCoefficient, tokenMask),
    ],
  });
}

function withRandomSecond(
  candidates: Tensor2D,
  logits: Tensor2D,
  { secondChoiceThreshold }: TopTwoOptions,
  { training, dropFree, rng }: RouteContext,
): Tensor2D {
  if (!training || dropFree) return candidates;
  const kept = keepSecondChoices(logits, rng.fork('second choice'), secondChoiceThreshold);
  return mul(candidates, kept);
}

import type { Balance, RouteContext, Routing } from '@moekit/core';
import { maskTokens, selectedSoftmax, zLosses } from '@moekit/core';
import { choice } from '@moekit/core/options';
import type { BalanceSettings } from '@moekit/core/pieces';
import { balanceOf, routingOf, scaledWeights, topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';

import type { RoomRule } from './room.js';
import { capacityPer, priority, roomOf } from './room.js';
import { scale } from './scale.js';
import type { SecondChoice } from './second-choice.js';
import { keptChoices, SECOND_CHOICES } from './second-choice.js';

export interface TopTwoOptions extends RoomRule, BalanceSettings {
  /**
   * `paper` (2006.16668 algorithm 1): a rejected second choice still takes a place in its expert; balance loss over E.
   * `mesh` (Mesh TensorFlow): it takes none; balance loss times E.
   */
  readonly variant: 'paper' | 'mesh';
  readonly secondChoice: SecondChoice;
  readonly evalSecondChoice: SecondChoice;
  readonly secondChoiceThreshold: number;
  readonly normalise: 'before-drops' | 'after-drops';
  readonly scale: number;
  readonly zLossCoefficient: number;
}

/** The options that GShard and ST-MoE share, but for those whose defaults differ. */
export const topTwoOptions = () => ({
  secondChoice: choice(
    SECOND_CHOICES,
    'random',
    "The fate of second choices in training: 'threshold' keeps those whose weight exceeds secondChoiceThreshold",
  ),
  evalSecondChoice: choice(SECOND_CHOICES, 'all', 'The same at evaluation'),
  normalise: choice(
    ['before-drops', 'after-drops'],
    'before-drops',
    'Weights sum to 1 over the two choices, or over those of them that are computed',
  ),
  scale: scale(1),
  capacityPer: capacityPer(),
  priority: priority(),
});

/** The balance loss at the scale of the variant. */
export function topTwoBalance(
  experts: number,
  settings: BalanceSettings & Pick<TopTwoOptions, 'variant'>,
): Balance {
  const scale = settings.variant === 'paper' ? 1 / experts : experts;
  return balanceOf(experts, settings, { scale });
}

/**
 * GShard's decision on given logits: first choices are served in token order, then second choices in token order.
 * Formula:  w_te = p_te / (p_t1 + p_t2) for the two highest, before drops or after;  C = int(T factor / E)
 *   L = scale * sum_e f_e P_e, f over first choices before capacity, scale 1/E (`paper`) or E (`mesh`)
 * @param logits float32 [T,E]
 */
export function routeTopTwo(
  logits: Tensor2D,
  settings: TopTwoOptions,
  context: RouteContext,
  balance: Balance = topTwoBalance(logits.shape[1], settings),
): Routing {
  const { tokenMask } = context;
  const { variant, normalise } = settings;
  const probs: Tensor2D = softmax(logits); // [T,E]
  const top = topExperts(logits, 2);
  const candidates = maskTokens(top, tokenMask);
  const selected = withSecondChoices(candidates, top, logits, settings, context);
  const room = roomOf(logits, settings, context, { rounding: 'down' });
  const competing = variant === 'paper' ? candidates : selected;
  const placed = room.dispatched(competing);
  const dispatched = placed === competing ? selected : mul<Tensor2D>(placed, selected);
  const { losses, statistics } = balance.of(
    probs,
    maskTokens(topExperts(logits, 1), tokenMask),
    context,
  );
  const weights = selectedSoftmax(logits, normalise === 'after-drops' ? dispatched : top);
  return routingOf({
    choices: 2,
    weights: scaledWeights(weights, settings.scale),
    selected,
    dispatched,
    capacity: room.capacity,
    logits,
    probs,
    losses: [...losses, ...zLosses(logits, settings.zLossCoefficient, tokenMask)],
    statistics,
  });
}

/** A drop-free training pass keeps every choice, for what is random is not causal to compare. */
function withSecondChoices(
  candidates: Tensor2D,
  top: Tensor2D,
  logits: Tensor2D,
  { secondChoice, evalSecondChoice, secondChoiceThreshold: threshold }: TopTwoOptions,
  { training, dropFree, rng }: RouteContext,
): Tensor2D {
  const asked = training ? secondChoice : evalSecondChoice;
  const policy = dropFree && asked === 'random' ? 'all' : asked;
  if (policy === 'all') return candidates;
  const kept = keptChoices(policy, { logits, top, threshold, rng: rng.fork('second choice') });
  return mul(candidates, kept);
}

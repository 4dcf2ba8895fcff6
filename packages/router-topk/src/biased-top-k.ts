import type { Balance, RouteContext, Routing } from '@moekit/core';
import { assertFinite, maskTokens, zLosses } from '@moekit/core';
import type { GroupRule, QuantileBias, ScoreName, SelectionBias } from '@moekit/core/pieces';
import {
  distributionOf,
  normalisedWeights,
  routingOf,
  scaledWeights,
  scoresOf,
  topExperts,
  withinGroups,
} from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { add } from '@tensorflow/tfjs-core';

/** The rule that the routers with a selection bias share. */
export interface BiasedRule {
  readonly k: number;
  readonly score: ScoreName;
  readonly normalise: boolean;
  readonly scale: number;
  readonly zLossCoefficient: number;
  readonly groups?: GroupRule;
}

/** The parts that steps move. */
export interface BiasedParts {
  readonly bias?: Pick<SelectionBias, 'offsets'> & Partial<Pick<QuantileBias, 'statistics'>>;
  readonly balance?: Balance;
}

/**
 * Top-k of scores plus a bias that has no part in the weights.
 * Formula:  s = score(z);  K_t = top-k of s_t + b within the groups that stay open to t;
 *   w_te = scale s_te, divided by sum over K_t of s_t if `normalise`   (DeepSeek-V3, 2412.19437 eq. 13-16)
 *   balance loss: f from the k highest s, without the bias, P from s_te / sum_j s_tj   (eq. 17-20)
 * @param logits float32 [T,E]      Gradient: through the scores of the chosen experts; none through the bias.
 */
export function routeBiased(
  logits: Tensor2D,
  rule: BiasedRule,
  { bias, balance }: BiasedParts,
  context: RouteContext,
): Routing {
  const { k, score, normalise, groups } = rule;
  const { tokenMask } = context;
  if (!balance) assertFinite(logits); // scores may hide an infinite one; the choice of the loss does not
  const scores = scoresOf(logits, score); // [T,E]
  const ranked: Tensor2D = bias ? add(scores, bias.offsets()) : scores;
  const top = topExperts(groups ? withinGroups(ranked, groups) : ranked, k);
  const selected = maskTokens(top, tokenMask);
  const probs = score === 'softmax' ? scores : distributionOf(scores);
  const { losses = [], ...figures } =
    balance?.of(probs, maskTokens(topExperts(logits, k), tokenMask), context) ?? {};
  return routingOf({
    choices: k,
    weights: scaledWeights(normalise ? normalisedWeights(scores, top) : scores, rule.scale),
    selected,
    dispatched: selected,
    logits,
    probs,
    losses: [...losses, ...zLosses(logits, rule.zLossCoefficient, tokenMask)],
    ...figures,
    ...bias?.statistics?.(scores, selected, context),
  });
}

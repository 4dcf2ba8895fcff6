import type { RouteContext, Routing } from '@moekit/core';
import { createGate, defineRouter, gatedRouter, maskTokens } from '@moekit/core';
import { topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';

import type { LongcatInput, LongcatOptions } from './longcat-options.js';
import { longcatOptions } from './longcat-options.js';
import type { BudgetRule } from './budget-bias.js';
import { BudgetBias } from './budget-bias.js';
import { budgetOf } from './budget-of.js';
import { columnSum, columns, zeroComputeOf } from './zero-slots.js';

/**
 * LongCat-Flash's decision on given logits. No capacity, no loss.
 * Formula:  p = softmax(z) over N + Z;  chosen = the K highest p + b;  w_te = s p_te where chosen
 *           y_t = sum_{e <= N} w_te expert_e(x_t) + (sum_{e > N} w_te) x_t   (2509.01322; `LongcatFlashTopkRouter`)
 * @param logits float32 [T,N+Z]      Gradient: through p; the choice and b are constants.
 */
export function routeLongcat(
  logits: Tensor2D,
  { experts, k, scalingFactor }: Pick<BudgetRule, 'experts' | 'k'> & { scalingFactor: number },
  bias: Pick<BudgetBias, 'addedTo'>,
  { tokenMask }: Pick<RouteContext, 'tokenMask'>,
): Routing {
  const tokens = logits.shape[0];
  const probs: Tensor2D = softmax(logits); // [T,N+Z]
  const selected = maskTokens(topExperts(bias.addedTo(probs), k), tokenMask); // [T,N+Z]
  const weights = mul<Tensor2D>(probs, mul(selected, scalingFactor)); // [T,N+Z]
  const zeroExperts = logits.shape[1] - experts;
  return {
    combineWeights: columns(weights, 0, experts),
    dispatchMask: columns(selected, 0, experts),
    maxPairs: tokens * Math.min(k, experts),
    logits: columns(logits, 0, experts),
    probs: columns(probs, 0, experts),
    losses: [],
    ...(zeroExperts > 0 && {
      zeroCompute: zeroComputeOf({ probs, selected, experts }, columnSum(weights, experts)),
    }),
  };
}

/** LongCat-Flash (2509.01322): identity experts next to real ones; a controller of biases sets how many are real. */
export const longcatRouter = defineRouter<LongcatOptions, LongcatInput>({
  name: 'longcat',
  apiVersion: 1,
  about: {
    summary: 'Top-k of real and identity experts; biases are moved to the wanted mean of real ones',
    reference: 'LongCat-Flash, arXiv 2509.01322',
  },
  options: longcatOptions,
  create: (spec, settings) => {
    const rule = budgetOf(spec, settings);
    const gate = createGate(spec, {
      outputs: rule.experts + rule.zeroExperts,
      bias: settings.gateBias,
    });
    const bias = new BudgetBias(rule);
    const parts = { ...rule, scalingFactor: settings.scalingFactor };
    return gatedRouter(spec, {
      name: 'longcat',
      expertsPerToken: rule.expertsPerToken,
      gates: [gate],
      state: [bias],
      route: (x, context) => routeLongcat(gate.logits(x), parts, bias, context),
    });
  },
});

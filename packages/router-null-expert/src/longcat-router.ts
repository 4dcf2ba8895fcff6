import type { RouteContext, RouterSpec, Routing } from '@moekit/core';
import { MoekitError, createGate, defineRouter, gatedRouter, maskTokens } from '@moekit/core';
import {
  amount,
  flag,
  numberIn,
  optional,
  optionsOf,
  whole,
  wholeFrom,
} from '@moekit/core/options';
import { topExperts } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul, softmax } from '@tensorflow/tfjs-core';
import type * as z from 'zod/mini';

import type { BudgetRule } from './budget-bias.js';
import { BudgetBias } from './budget-bias.js';
import { MOST_SLOTS, columnSum, columns, zeroComputeOf } from './zero-slots.js';

const options = optionsOf({
  k: whole(1, 3, 'K, slots per token, of real and zero-compute experts together'),
  zeroExperts: optional(
    wholeFrom(0, MOST_SLOTS),
    'Z, experts that return their input; default N / 2, rounded',
  ),
  expertsPerToken: optional(
    numberIn({ min: 0, above: true }),
    'K_e, real experts per token that the bias is moved for; default K N / (N + Z)',
  ),
  scalingFactor: amount(6, 'Factor of all weights, which are raw probabilities'),
  biasSpeed: amount(0.02, "mu, by which a step's error moves the bias of an expert"),
  budgetSpeed: amount(0.5, "mu of the mean error of all experts; the paper's is biasSpeed"),
  gateBias: flag(false, 'Learnable offsets of the logits'),
});

export interface LongcatOptions extends z.output<typeof options> {}
/** The options as a program passes them: each has a default. */
export interface LongcatInput extends z.input<typeof options> {}

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
  options,
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

/** @throws MOE_OPTIONS when there are fewer slots than a token takes, or K_e lies beyond what they allow */
function budgetOf({ numExperts: experts }: RouterSpec, settings: LongcatOptions): BudgetRule {
  const { k, zeroExperts = Math.round(experts / 2), biasSpeed, budgetSpeed } = settings;
  const { expertsPerToken = (k * experts) / (experts + zeroExperts) } = settings;
  const [least, most] = [Math.max(k - zeroExperts, 0), Math.min(k, experts)];
  if (k <= experts + zeroExperts && expertsPerToken >= least && expertsPerToken <= most) {
    return { experts, zeroExperts, k, expertsPerToken, biasSpeed, budgetSpeed };
  }
  throw new MoekitError('MOE_OPTIONS', {
    asked: `Options of router longcat must fit a layer of ${experts} experts`,
    got: `k = ${k}, zeroExperts = ${zeroExperts}, expertsPerToken = ${expertsPerToken}`,
    fix:
      k > experts + zeroExperts
        ? `k: expected a whole number from 1 to ${experts + zeroExperts}, or more zeroExperts.`
        : `expertsPerToken: expected a number from ${least} to ${most}.`,
  });
}

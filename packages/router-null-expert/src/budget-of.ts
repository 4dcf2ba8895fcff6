import type { RouterSpec } from '@moekit/core';
import { MoekitError } from '@moekit/core';

import type { BudgetRule } from './budget-bias.js';

/** The options of a router with a budget of real experts, of which two have defaults that follow from the others. */
export interface BudgetOptions extends Pick<BudgetRule, 'k' | 'biasSpeed' | 'budgetSpeed'> {
  readonly zeroExperts?: number | undefined;
  readonly expertsPerToken?: number | undefined;
}

/**
 * Formula:  Z = N / 2, rounded;  K_e = K N / (N + Z);  max(K - Z, 0) <= K_e <= min(K, N)
 * @throws MOE_OPTIONS when there are fewer slots than a token takes, or K_e lies beyond what they allow
 */
export function budgetOf({ numExperts: experts }: RouterSpec, settings: BudgetOptions): BudgetRule {
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

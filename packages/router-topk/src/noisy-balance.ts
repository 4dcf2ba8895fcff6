import type { RouteContext, RouterState, Routing } from '@moekit/core';
import { maskTokens } from '@moekit/core';
import type { BalanceSettings } from '@moekit/core/pieces';
import { createLoadSpread } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';

export interface NoisyBalanceRule extends Pick<BalanceSettings, 'balanceScope' | 'balanceWindow'> {
  readonly importanceCoefficient: number;
  readonly loadCoefficient: number;
  readonly variance: 'population' | 'sample';
}

/** The two losses of noisy top-k, and the loads that their scope remembers. */
export interface NoisyBalance {
  readonly state: readonly RouterState[];
  /** @param gates float32 [T,E], w      @param chances float32 [T,E], P      Gradient: through both. */
  of(
    gates: Tensor2D,
    chances: Tensor2D,
    context: RouteContext,
  ): Required<Pick<Routing, 'losses' | 'statistics'>>;
}

/**
 * Every expert is to have the same weight, and the same number of tokens.
 * Formula:  L = c_i CV(sum_t w_te)^2 + c_l CV(sum_t P_te)^2   (1701.06538 eq. 6, 7 and 11), padding not counted
 */
export function createNoisyBalance(experts: number, rule: NoisyBalanceRule): NoisyBalance {
  const { balanceScope: scope, balanceWindow: window, variance } = rule;
  const spread = (name: 'importance' | 'load') => {
    const coefficient = rule[`${name}Coefficient`];
    return createLoadSpread(experts, { name, coefficient, scope, window, variance });
  };
  const [importance, load] = [spread('importance'), spread('load')];
  return {
    state: [importance, load],
    of: (gates, chances, context) => {
      const { tokenMask } = context;
      const ofGates = importance.of(maskTokens(gates, tokenMask), context);
      const ofChances = load.of(maskTokens(chances, tokenMask), context);
      return {
        losses: [...ofGates.losses, ...ofChances.losses],
        statistics: { ...ofGates.statistics, ...ofChances.statistics },
      };
    },
  };
}

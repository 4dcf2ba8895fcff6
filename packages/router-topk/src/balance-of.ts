import type { Balance, BalanceRule, BalanceScope } from '@moekit/core';
import { createBalance } from '@moekit/core';

/** The options that `balanceOptions` of core declares. */
export interface BalanceSettings {
  readonly balanceCoefficient: number;
  readonly balanceScope: BalanceScope;
  readonly balanceWindow: number;
}

/** The balance loss that a router's options ask for. */
export function balanceOf(
  numExperts: number,
  settings: BalanceSettings,
  rest: Pick<BalanceRule, 'per' | 'scale'> = {},
): Balance {
  const { balanceCoefficient: weight, balanceScope: scope, balanceWindow: window } = settings;
  return createBalance(numExperts, { ...rest, coefficient: weight, scope, window });
}

import type { Balance, BalanceScope } from '@moekit/core';
import { createBalance } from '@moekit/core';

/** The options that `balanceOptions` gives a router. */
export interface BalanceChoice {
  readonly balanceCoefficient: number;
  readonly balanceScope: BalanceScope;
  readonly balanceWindow: number;
}

/** The load-balancing loss that a router's options ask for. @param per whether a token makes one choice or any number */
export function balanceOf(
  numExperts: number,
  { balanceCoefficient: coefficient, balanceScope: scope, balanceWindow: window }: BalanceChoice,
  per: 'token' | 'assignment' = 'assignment',
): Balance {
  return createBalance(numExperts, { coefficient, scope, window, per });
}

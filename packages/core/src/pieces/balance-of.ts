import { assertKinds } from '../arguments/assert-kinds.js';
import type { Balance, BalanceRule, BalanceScope } from '../losses/balance.js';
import { createBalance } from '../losses/balance.js';

/** The options that `balanceOptions` declares. */
export interface BalanceSettings {
  readonly balanceCoefficient: number;
  readonly balanceScope: BalanceScope;
  readonly balanceWindow: number;
}

/** The load-balancing loss that a router's options ask for: see createBalance. @throws MOE_OPTIONS */
export function balanceOf(
  slots: number,
  settings: BalanceSettings,
  rest: Pick<BalanceRule, 'per' | 'scale' | 'sizes'> = {},
): Balance {
  assertKinds('balanceOf', settings, { balanceCoefficient: 'number', balanceScope: 'text' });
  const { balanceCoefficient: coefficient, balanceScope: scope, balanceWindow: window } = settings;
  return createBalance(slots, { ...rest, coefficient, scope, window });
}

import type { BalanceRule } from './balance.js';
import type { GateNorm } from './gates.js';

export const KINDS = ['zero', 'copy'] as const;
export const GATE_NORMS = ['real', 'none', 'all'] as const satisfies readonly GateNorm[];
export const FRACTIONS = ['assignment', 'token'] as const;
export const Z_LOSS_LOGITS = ['expanded', 'raw'] as const;

/** Everything that decides a routing, except the logits: the router's options, resolved for its sizes. */
export interface NullExpertRule extends BalanceRule {
  readonly kind: (typeof KINDS)[number];
  readonly gateNorm: GateNorm;
  readonly zLossCoefficient: number;
  readonly zLossOver: (typeof Z_LOSS_LOGITS)[number];
}

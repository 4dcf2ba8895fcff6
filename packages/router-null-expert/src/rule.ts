import type { BalanceRule } from './balance.js';
import type { GateNorm } from './gates.js';

/** What decides a routing, beside the logits: the router's options and what its sizes make of them. */
export interface NullExpertRule extends BalanceRule {
  readonly kind: 'zero' | 'copy';
  readonly gateNorm: GateNorm;
  readonly zLossCoefficient: number;
  readonly zLossOver: 'expanded' | 'raw';
}

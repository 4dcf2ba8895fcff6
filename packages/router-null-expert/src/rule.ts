import type { Tensor1D } from '@tensorflow/tfjs-core';

import type { SlotBalanceRule } from './balance.js';
import type { GateNorm } from './gates.js';
import type { KINDS } from './zero-slots.js';

export { KINDS } from './zero-slots.js';
export const GATE_NORMS = ['real', 'none', 'all'] as const satisfies readonly GateNorm[];
export const FRACTIONS = ['assignment', 'token'] as const;
export const Z_LOSS_LOGITS = ['expanded', 'raw'] as const;

/** Everything that decides a routing, except the logits: the router's options, resolved for its sizes. */
export interface NullExpertRule extends SlotBalanceRule {
  readonly kind: (typeof KINDS)[number];
  readonly gateNorm: GateNorm;
  readonly zLossCoefficient: number;
  readonly zLossOver: (typeof Z_LOSS_LOGITS)[number];
  readonly tokenMask?: Tensor1D | undefined;
}

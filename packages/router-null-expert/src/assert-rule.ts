import { MoekitError } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import type { NullExpertRule } from './rule.js';
import { FRACTIONS, GATE_NORMS, KINDS, Z_LOSS_LOGITS } from './rule.js';
import { assertEnoughExperts, assertEnoughNulls } from './slots.js';

const words = {
  kind: KINDS,
  gateNorm: GATE_NORMS,
  fraction: FRACTIONS,
  zLossOver: Z_LOSS_LOGITS,
} as const;

/**
 * Checks for direct callers of `routeLogits`; the router's options and sizes ensure them otherwise.
 * @throws MOE_OPTIONS, also where 0 < M < kMax: the closed form does not hold there
 */
export function assertRule(logits: Tensor2D, rule: NullExpertRule): void {
  const { kMax, nullCopies } = rule;
  assertWhole('kMax', kMax, 1);
  assertWhole('nullCopies', nullCopies, 0);
  for (const [name, known] of Object.entries(words)) {
    const value = rule[name as keyof typeof words];
    if (!(known as readonly string[]).includes(value)) refuse(name, known.join(', '), value);
  }
  for (const name of ['balanceCoefficient', 'zLossCoefficient'] as const) {
    if (!(rule[name] >= 0)) refuse(name, 'a number of at least 0', rule[name]);
  }
  const experts = logits.shape[1] - (nullCopies > 0 ? 1 : 0);
  assertEnoughExperts(kMax, experts);
  assertEnoughNulls(kMax, nullCopies, experts);
}

function assertWhole(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    refuse(name, `a whole number of at least ${least}`, value);
  }
}

function refuse(name: string, expected: string, value: unknown): never {
  throw new MoekitError('MOE_OPTIONS', {
    asked: `${name} of routeLogits must be ${expected}`,
    got: String(value),
    fix: "Take it from the router's options and slotsOf.",
  });
}

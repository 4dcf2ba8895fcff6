import { describeValue } from '@moekit/kernels';

import type { RoutingStats } from '../contract/routing-stats.js';
import { fail } from '../errors.js';

/** Numbers of the tensor that are not one per expert. */
export const SCALARS = 9;

type Scalars = [number, number, number, number, number, number, number, number, number];

/** @param values the contents of `encodeRoutingStats`, read back */
export function decodeRoutingStats(values: ArrayLike<number>): RoutingStats {
  const experts = ((values?.length ?? 0) - SCALARS) / 2;
  if (!Number.isInteger(experts) || experts < 1) refuseStats(values);
  const all = Array.from(values);
  const [
    tokens,
    selectedPairs,
    dispatchedPairs,
    nullSlots,
    zeroComputeTokens,
    entropy,
    nullMass,
    diluted,
    paddedPairs,
  ] = all.slice(2 * experts) as Scalars;
  return {
    tokens,
    tokensPerExpert: all.slice(0, experts),
    selectedPairs,
    dispatchedPairs,
    paddedPairs,
    tokensByExperts: [zeroComputeTokens, ...all.slice(experts, 2 * experts)],
    nullSlots,
    zeroComputeTokens,
    entropy,
    nullMass,
    dilution: diluted,
  };
}

function refuseStats(values: unknown): never {
  throw fail('MOE_SHAPE', {
    asked: `Routing statistics must be 2 E + ${SCALARS} numbers`,
    got: describeValue(values),
    fix: 'Pass the result of encodeRoutingStats, read back with data().',
  });
}

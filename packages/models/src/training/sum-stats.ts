import type { RoutingStats } from '@moekit/core';

/** One layer's routing over several batches: counts are summed, means are weighted by the batches' tokens. */
export function sumStats(batches: readonly RoutingStats[]): RoutingStats {
  const tokens = total(batches.map((batch) => batch.tokens));
  const count = (key: 'selectedPairs' | 'dispatchedPairs' | 'nullSlots' | 'zeroComputeTokens') =>
    total(batches.map((batch) => batch[key]));
  const mean = (key: 'entropy' | 'nullMass' | 'dilution') =>
    total(batches.map((batch) => batch[key] * batch.tokens)) / Math.max(tokens, 1);
  return {
    tokens,
    tokensPerExpert: (batches[0]?.tokensPerExpert ?? []).map((_, e) =>
      total(batches.map((batch) => batch.tokensPerExpert[e]!)),
    ),
    selectedPairs: count('selectedPairs'),
    dispatchedPairs: count('dispatchedPairs'),
    nullSlots: count('nullSlots'),
    zeroComputeTokens: count('zeroComputeTokens'),
    entropy: mean('entropy'),
    nullMass: mean('nullMass'),
    dilution: mean('dilution'),
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, n) => sum + n, 0);
}

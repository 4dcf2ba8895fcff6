import { assertKinds } from '../arguments/assert-kinds.js';
import type { RoutingStats } from '../contract/routing-stats.js';
import { assertStats } from './assert-stats.js';

type Count =
  'selectedPairs' | 'dispatchedPairs' | 'paddedPairs' | 'nullSlots' | 'zeroComputeTokens';

/** One layer's routing over several batches: counts are summed, means are weighted by the batches' tokens. */
export function sumRoutingStats(batches: readonly RoutingStats[]): RoutingStats {
  assertKinds('sumRoutingStats', { batches }, { batches: 'list' });
  batches.forEach((batch) => assertStats('sumRoutingStats', batch));
  const tokens = total(batches.map((batch) => batch.tokens));
  const count = (key: Count) => total(batches.map((batch) => batch[key]));
  const each = (key: 'tokensPerExpert' | 'tokensByExperts') =>
    (batches[0]?.[key] ?? []).map((_, i) => total(batches.map((batch) => batch[key][i]!)));
  const mean = (key: 'entropy' | 'nullMass' | 'dilution') =>
    total(batches.map((batch) => batch[key] * batch.tokens)) / Math.max(tokens, 1);
  return {
    tokens,
    tokensPerExpert: each('tokensPerExpert'),
    tokensByExperts: each('tokensByExperts'),
    selectedPairs: count('selectedPairs'),
    dispatchedPairs: count('dispatchedPairs'),
    paddedPairs: count('paddedPairs'),
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

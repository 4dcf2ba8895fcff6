import type { Kind } from '@moekit/kernels';

import { assertKinds } from '../arguments/assert-kinds.js';
import type { RoutingStats } from '../contract/routing-stats.js';

const kinds = {
  tokens: 'number',
  tokensPerExpert: 'list',
  selectedPairs: 'number',
  dispatchedPairs: 'number',
  paddedPairs: 'number',
  tokensByExperts: 'list',
  nullSlots: 'number',
  zeroComputeTokens: 'number',
  entropy: 'number',
  nullMass: 'number',
  dilution: 'number',
} as const satisfies Readonly<Record<keyof RoutingStats, Kind>>;

/** @throws MOE_OPTIONS unless the value is what `decodeRoutingStats` returns */
export function assertStats(what: string, stats: RoutingStats): void {
  assertKinds(what, stats, kinds);
}

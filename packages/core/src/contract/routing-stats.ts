/** A layer's routing in one step, in plain numbers. */
export interface RoutingStats {
  /** Tokens that took part (padding excluded). */
  readonly tokens: number;
  /** [E] rows dispatched to each expert. */
  readonly tokensPerExpert: readonly number[];
  /** (token, expert) pairs selected before capacity. */
  readonly selectedPairs: number;
  /** (token, expert) pairs computed. */
  readonly dispatchedPairs: number;
  /** Pairs that a layer padded to its capacity would compute: E C, or `dispatchedPairs` without capacity. */
  readonly paddedPairs: number;
  /** [E+1] tokens that reached exactly n real experts. */
  readonly tokensByExperts: readonly number[];
  /** Slots taken by zero-compute experts. */
  readonly nullSlots: number;
  /** Tokens that reached no real expert. */
  readonly zeroComputeTokens: number;
  /** Mean entropy of the router's distribution over real experts, in nats. */
  readonly entropy: number;
  /** Mean probability given to zero-compute experts. */
  readonly nullMass: number;
  /** Mean share of the output weight that copies the input (copy experts); 0 without them. */
  readonly dilution: number;
}

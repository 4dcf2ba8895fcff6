/** Guards the ceiling against the last bits of a product that is whole in exact arithmetic (100 * 1.1 / 10). */
const SLACK = 1e-9;

export interface CapacityRule {
  /** gamma */
  readonly capacityFactor: number;
  readonly minCapacity: number;
}

/**
 * Rows that each expert computes at most.
 * Formula:  C = min(S, max(ceil(S / N * gamma), minCapacity))   (XMoE's released code, which crashes where C > S)
 * @param numTokens S, tokens that take part (padding excluded)      @param numExperts N
 * @returns a whole number from 0 to S
 */
export function expertCapacity(
  numTokens: number,
  numExperts: number,
  { capacityFactor, minCapacity }: CapacityRule,
): number {
  const fairShare = Math.ceil((numTokens * capacityFactor) / numExperts - SLACK);
  return Math.min(numTokens, Math.max(fairShare, minCapacity));
}

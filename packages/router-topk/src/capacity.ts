import type { CapacityPriority, RouteContext } from '@moekit/core';
import { countTokens, limitCapacity, select } from '@moekit/core';
import type { Tensor2D } from '@tensorflow/tfjs-core';

/** How much room an expert has, as options of a router. A factor of null is no capacity at all. */
export interface CapacityFactors {
  readonly capacityFactor: number | null;
  readonly evalCapacityFactor: number | null;
  readonly minCapacity: number;
}

/** What an even share is, and how its multiple becomes a whole number of rows. */
export interface EvenShare {
  /** Assignments per token that the factor counts: 1 in Switch, GShard and XMoE, k in Megatron. */
  readonly slots?: number;
  /** `down` as `int()` in Mesh TensorFlow, `up` as in XMoE and Megatron. */
  readonly rounding: 'down' | 'up';
}

/**
 * Rows an expert computes at most.
 * Formula:  C = min(T, max(round(T * slots * factor / E), minCapacity))
 * @param tokens T, padding excluded      @returns a whole number from 0 to T
 */
export function expertCapacity(
  tokens: number,
  numExperts: number,
  { factor, minCapacity, slots = 1, rounding }: EvenShare & { factor: number; minCapacity: number },
): number {
  // In float32, so that the last bits of a factor such as 1.1 do not add or take a row.
  const even = Math.fround((tokens * slots * factor) / numExperts);
  const rows = rounding === 'down' ? Math.floor(even) : Math.ceil(even);
  return Math.min(tokens, Math.max(rows, minCapacity));
}

/**
 * The capacity of this step, or null where nothing is dropped: no factor, or `context.dropFree`.
 * @param logits float32 [T,E], for its shape alone
 */
export function stepCapacity(
  logits: Tensor2D,
  { capacityFactor, evalCapacityFactor, minCapacity }: CapacityFactors,
  { training, dropFree, tokenMask }: RouteContext,
  share: EvenShare,
): number | null {
  const factor = training ? capacityFactor : evalCapacityFactor;
  if (dropFree || factor === null) return null;
  const [tokens, experts] = logits.shape;
  return expertCapacity(countTokens(tokens, tokenMask), experts, { ...share, factor, minCapacity });
}

/**
 * Drops what does not fit: first choices are served before second ones, then by `priority`.
 * @param selected float32 [T,E] of 0/1      @param ranking float32 [T,E], the scores that ranked the selection
 * @returns float32 [T,E] of 0/1; `selected` itself where capacity is null
 */
export function withinCapacity(
  selected: Tensor2D,
  ranking: Tensor2D,
  capacity: number | null,
  priority: CapacityPriority = 'rank-then-arrival',
): Tensor2D {
  if (capacity === null) return selected;
  return select(ranking, (scores) => limitCapacity(selected, scores, { capacity, priority }));
}

import type { CapacityPriority } from '@moekit/kernels';
import { limitCapacity } from '@moekit/kernels';
import type { Tensor2D } from '@tensorflow/tfjs-core';

import {
  assertNumber,
  assertObject,
  assertRows,
  assertWord,
} from '../arguments/assert-arguments.js';
import type { RouteContext } from '../contract/router.js';
import { select } from './select.js';
import { countTokens } from './token-mask.js';

/** Guards the rounding against the last bits of a product that is whole in exact arithmetic (100 * 1.1 / 10). */
const slackOf = (even: number) => Math.max(1e-9, even * 1e-14);

/** The size of an even share, and the rounding of its multiple to whole rows. */
export interface EvenShare {
  /** Assignments per token that the factor counts: 1 (default) in Switch, GShard and XMoE, k in Megatron. */
  readonly slots?: number;
  /** `up` (default) as in XMoE and Megatron, `down` as `int()` in Mesh TensorFlow. */
  readonly rounding?: 'down' | 'up';
}

export interface CapacityRule extends EvenShare {
  /** gamma, room per expert as a multiple of an even share. */
  readonly capacityFactor: number;
  /** Rows each expert has room for at least. */
  readonly minCapacity: number;
}

/** How much room an expert has, as options of a router. A factor of null means no capacity. */
export interface CapacityFactors {
  readonly capacityFactor: number | null;
  readonly evalCapacityFactor: number | null;
  readonly minCapacity: number;
}

/** @throws MOE_OPTIONS */
function assertFactor(name: string, factor: number): void {
  assertNumber(name, factor, { min: 0, above: true });
}

/** @throws MOE_OPTIONS */
function assertShare({
  minCapacity,
  slots,
  rounding,
}: Omit<Required<CapacityRule>, 'capacityFactor'>) {
  assertNumber('minCapacity', minCapacity, { min: 0, whole: true });
  assertNumber('slots of a capacity', slots, { min: 0, above: true });
  assertWord('rounding of a capacity', rounding, ['up', 'down']);
}

/**
 * The factors of a capacity and what they mean, held against their ranges where a router is made.
 * @throws MOE_OPTIONS naming the option
 */
export function assertCapacity(options: CapacityFactors & EvenShare): void {
  const { capacityFactor, evalCapacityFactor, minCapacity, slots = 1, rounding = 'up' } = options;
  if (capacityFactor !== null) assertFactor('capacityFactor', capacityFactor);
  if (evalCapacityFactor !== null) assertFactor('evalCapacityFactor', evalCapacityFactor);
  assertShare({ minCapacity, slots, rounding });
}

/**
 * Rows that each expert computes at most.
 * Formula:  C = min(T, max(round(T * slots * gamma / E), minCapacity))
 * @param numTokens T, tokens that take part (padding excluded)      @returns a whole number from 0 to T
 */
export function expertCapacity(numTokens: number, numExperts: number, rule: CapacityRule): number {
  assertObject('expertCapacity', rule, ['capacityFactor', 'minCapacity']);
  const { capacityFactor, minCapacity, slots = 1, rounding = 'up' } = rule;
  assertNumber('numTokens of a capacity', numTokens, { min: 0, whole: true });
  assertNumber('numExperts of a capacity', numExperts, { min: 1, whole: true });
  assertFactor('capacityFactor', capacityFactor);
  assertShare({ minCapacity, slots, rounding });
  const even = (numTokens * slots * capacityFactor) / numExperts;
  const slack = slackOf(even);
  const rows = rounding === 'down' ? Math.floor(even + slack) : Math.ceil(even - slack);
  return Math.min(numTokens, Math.max(rows, minCapacity));
}

/**
 * The capacity of this step, or null where nothing is dropped: no factor, or `context.dropFree`.
 * @param logits float32 [T,E], for its shape alone
 */
export function stepCapacity(
  logits: Tensor2D,
  factors: CapacityFactors,
  context: RouteContext,
  share: EvenShare = {},
): number | null {
  assertRows('logits of stepCapacity', logits);
  assertObject('stepCapacity', factors, ['capacityFactor', 'evalCapacityFactor', 'minCapacity']);
  assertObject('the context of stepCapacity', context, ['training', 'dropFree', 'tokenMask']);
  const { capacityFactor, evalCapacityFactor, minCapacity } = factors;
  const { training, dropFree, tokenMask } = context;
  const factor = training ? capacityFactor : evalCapacityFactor;
  if (factor !== null) assertFactor(training ? 'capacityFactor' : 'evalCapacityFactor', factor);
  if (dropFree || factor === null) return null;
  const [rows, experts] = logits.shape;
  const rule = { ...share, capacityFactor: factor, minCapacity };
  return expertCapacity(countTokens(rows, tokenMask), experts, rule);
}

/**
 * Drops what does not fit: first choices are served before second ones, then by `priority`.
 * @param selected float32 [T,E] of 0/1      @param ranking float32 [T,E], the scores that ranked the selection
 * @returns float32 [T,E] of 0/1, a constant; `selected` itself where capacity is null
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

import type { CapacityFactors, EvenShare, RouteContext } from '@moekit/core';
import { stepCapacity } from '@moekit/core';
import { choice, option, wholeFrom, wordOf } from '@moekit/core/options';
import type { ServiceOrder } from '@moekit/core/pieces';
import { serve, SERVICE_ORDERS } from '@moekit/core/pieces';
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { slice } from '@tensorflow/tfjs-core';
import * as z from 'zod/mini';

/** The tokens that share an expert's room: those of the batch, of a sequence, or a number of neighbours. */
export type CapacityPer = 'batch' | 'sequence' | number;

export function capacityPer() {
  const value = z.union(
    [wordOf(['batch', 'sequence']), wholeFrom(1)],
    "expected 'batch', 'sequence' or a whole number of tokens",
  );
  const what =
    'Tokens that share the room: all of the batch, each sequence, or groups of so many tokens';
  return option(value, 'batch', what);
}

export function priority() {
  return choice(
    SERVICE_ORDERS,
    'rank-then-arrival',
    "Who is served first when an expert is full: by choice, by arrival, by probability; 'batch' serves the surest tokens first",
  );
}

export interface RoomRule extends CapacityFactors {
  readonly capacityPer: CapacityPer;
  readonly priority: ServiceOrder;
}

/** The room of one step. */
export interface Room {
  /** Rows that each expert has in all, as a routing reports them; null without capacity. */
  readonly capacity: number | null;
  /** The part of a selection that there is room for: float32 [T,E] of 0/1; `selected` itself without capacity. */
  dispatched(selected: Tensor2D): Tensor2D;
}

/**
 * Room in shares of the tokens that have it in common.
 * Formula:  C = round(T' slots gamma / E) per expert and group, T' the real tokens of the batch, or the length of a group
 *   (padding included: it takes no room, and leaves what it would have taken)
 * @param logits float32 [T,E], which ranked the choice
 */
export function roomOf(
  logits: Tensor2D,
  rule: RoomRule,
  context: RouteContext,
  share: EvenShare,
): Room {
  const [tokens] = logits.shape;
  const rows = Math.min(tokens, groupLength(rule.capacityPer, tokens, context));
  const inOne = rows === tokens;
  const { tokenMask: _, ...unmasked } = context;
  const each = inOne
    ? stepCapacity(logits, rule, context, share)
    : stepCapacity(slice(logits, [0, 0], [rows, -1]), rule, unmasked, share);
  return {
    capacity: each === null ? null : each * Math.ceil(tokens / rows),
    dispatched: (selected) => serve(selected, logits, each, rule.priority, rows),
  };
}

function groupLength(per: CapacityPer, tokens: number, { sequences }: RouteContext): number {
  if (per === 'batch') return tokens;
  return per === 'sequence' ? (sequences?.length ?? tokens) : per;
}

import type { CapacityPriority } from '@moekit/kernels';
import { limitCapacity, selectTopK } from '@moekit/kernels';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import {
  add,
  cast,
  concat,
  cumsum,
  gather,
  lessEqual,
  max,
  mul,
  slice,
  softmax,
  sub,
  topk,
  transpose,
} from '@tensorflow/tfjs-core';

import {
  assertNumber,
  assertRows,
  assertTensor,
  assertWord,
} from '../arguments/assert-arguments.js';
import { select } from '../routing/select.js';

/**
 * Who is served first when an expert is wanted by more tokens than it has room for:
 *   rank-then-arrival      first choices, then second ones; within a choice the earlier token   (Switch, GShard)
 *   rank-then-probability  first choices, then second ones; within a choice the higher probability   (XMoE at evaluation)
 *   arrival                the earlier token, whatever its choice
 *   probability            the higher probability, whatever its choice
 *   batch                  as rank-then-arrival, the tokens taken by falling probability of their first choice: batch-prioritised routing
 *                          (V-MoE, 2106.05974 algorithm 2)
 * Remaining ties go to the earlier token.
 */
export const SERVICE_ORDERS = [
  'rank-then-arrival',
  'rank-then-probability',
  'arrival',
  'probability',
  'batch',
] as const;
export type ServiceOrder = (typeof SERVICE_ORDERS)[number];

/**
 * Drops what an expert has no room for.
 * @param selected float32 [T,E] of 0/1      @param ranking float32 [T,E], the logits that ranked the selection; probabilities are their softmax
 * @param capacity rows of each expert, of each group where `rowsPerGroup` is given; null: no limit
 * @param rowsPerGroup tokens that share a capacity: a sequence, or a group (GShard); all of them when absent
 * @returns float32 [T,E] of 0/1, a constant; `selected` itself where capacity is null
 */
export function serve(
  selected: Tensor2D,
  ranking: Tensor2D,
  capacity: number | null,
  order: ServiceOrder = 'rank-then-arrival',
  rowsPerGroup: number = selected?.shape?.[0] ?? 0,
): Tensor2D {
  assertRows('selected of serve', selected);
  if (capacity === null) return selected;
  const tokens = selected.shape[0];
  assertTensor('ranking of serve', ranking, selected.shape);
  assertNumber('capacity of serve', capacity, { min: 0, whole: true });
  assertNumber('rowsPerGroup of serve', rowsPerGroup, { min: 1, whole: true });
  assertWord('order of serve', order, SERVICE_ORDERS);
  return select(ranking, (logits) => {
    if (rowsPerGroup >= tokens) return orders[order](selected, logits, capacity);
    const starts = Array.from(
      { length: Math.ceil(tokens / rowsPerGroup) },
      (_, g) => g * rowsPerGroup,
    );
    const parts = starts.map((start) => {
      const rows = Math.min(rowsPerGroup, tokens - start);
      const part = (x: Tensor2D) => slice(x, [start, 0], [rows, -1]);
      return orders[order](part(selected), part(logits), capacity);
    });
    return concat(parts, 0);
  });
}

type Serve = (selected: Tensor2D, logits: Tensor2D, capacity: number) => Tensor2D;

const ranked =
  (priority: CapacityPriority): Serve =>
  (selected, scores, capacity) =>
    limitCapacity(selected, scores, { capacity, priority });

const orders: Readonly<Record<ServiceOrder, Serve>> = {
  'rank-then-arrival': ranked('rank-then-arrival'),
  'rank-then-probability': ranked('rank-then-probability'),
  arrival: (selected, _logits, capacity) =>
    mul(selected, cast(lessEqual(cumsum(selected, 0), capacity), 'float32')),
  probability: byProbability,
  batch: byToken,
};

/** Each expert ranks the tokens that want it: the k highest of a column. */
function byProbability(selected: Tensor2D, logits: Tensor2D, capacity: number): Tensor2D {
  const tokens = selected.shape[0];
  if (capacity >= tokens || capacity === 0) return mul(selected, +(capacity > 0));
  const wanted = add<Tensor2D>(mul(softmax(logits), selected), sub(selected, 1)); // -1 where not selected
  const kept: Tensor2D = transpose(selectTopK(transpose(wanted), capacity)); // [T,E]
  return mul(selected, kept);
}

/** Tokens change places, are served in the order of arrival, and go back. */
function byToken(selected: Tensor2D, logits: Tensor2D, capacity: number): Tensor2D {
  const order = falling(max(softmax(logits), 1)); // [T]
  const served = orders['rank-then-arrival'](
    gather(selected, order),
    gather(logits, order),
    capacity,
  );
  return gather(served, inverse(order));
}

/** Indices from the highest value to the lowest, the lower index first among equals. */
function falling(values: Tensor1D): Tensor1D {
  return topk(values, values.shape[0]).indices;
}

/** The place of each index in a permutation. */
function inverse(order: Tensor1D): Tensor1D {
  return falling(mul(cast(order, 'float32'), -1));
}

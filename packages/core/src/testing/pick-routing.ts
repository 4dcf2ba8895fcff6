import type { ReadRouting } from './read-routing.js';
import { pairMembers, tokenMembers } from './read-routing.js';

/** The rows of a routing at `indices`, in that order; the losses stay as they are. */
export function pickRouting(routed: ReadRouting, indices: readonly number[]): ReadRouting {
  const rows = (values: Float32Array, width: number) =>
    Float32Array.from(indices.flatMap((t) => [...values.subarray(t * width, (t + 1) * width)]));
  const pairs = [...pairMembers, 'logits' as const].map((m) => [
    m,
    rows(routed[m], routed.experts),
  ]);
  const perToken = tokenMembers.map((m) => [m, rows(routed[m], 1)]);
  const constant = rows(routed.constant, routed.constant.length / routed.tokens);
  const picked = Object.fromEntries([...pairs, ...perToken]);
  return { ...routed, tokens: indices.length, ...picked, constant };
}

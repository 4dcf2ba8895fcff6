import type { ReadRouting } from './read-routing.js';
import { pairMembers, tokenMembers } from './read-routing.js';

/** Float32 results of the same sum in another order differ by this much at most. */
export const rounding = 1e-5;

/**
 * The first place where two routings of the same tokens differ, in words; `undefined` when they agree.
 * Masks and slots must be equal, weights and probabilities equal within rounding.
 * @param tokens compares the first so many only
 */
export function firstDifference(
  a: ReadRouting,
  b: ReadRouting,
  tokens = Math.min(a.tokens, b.tokens),
): string | undefined {
  for (const member of [...pairMembers, ...tokenMembers, 'constant'] as const) {
    const width = widthOf(a, member);
    const i = differsAt(a[member], b[member], tokens * width, exact(member) ? 0 : rounding);
    if (i === undefined) continue;
    const column = member === 'constant' ? 'width' : 'expert';
    const place = `token ${Math.floor(i / width)}${width > 1 ? `, ${column} ${i % width}` : ''}`;
    return `${member} ${a[member][i]} and ${b[member][i]} for ${place}`;
  }
  return undefined;
}

/** Numbers for each token. */
function widthOf(routed: ReadRouting, member: (typeof pairMembers)[number] | string): number {
  if (member === 'constant') return routed.constant.length / routed.tokens;
  return pairMembers.includes(member as 'probs') ? routed.experts : 1;
}

/** The first loss that differs, in words. */
export function firstLossDifference(a: ReadRouting, b: ReadRouting): string | undefined {
  const at = a.losses.findIndex((loss, i) => {
    const other = b.losses[i]?.value ?? NaN;
    return !(Math.abs(loss.value - other) <= 1e-4 * Math.max(1, Math.abs(other)));
  });
  if (at < 0) return undefined;
  return `${a.losses[at]!.name} ${a.losses[at]!.value} and ${b.losses[at]?.value}`;
}

/** Every number of a routing as text: equal text, equal bytes. */
export function bytesOf(routing: ReadRouting): string {
  return JSON.stringify(routing, (_key, value: unknown) =>
    value instanceof Float32Array
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
      : value,
  );
}

function exact(member: string): boolean {
  return member === 'dispatchMask' || member === 'selectionMask' || member === 'zeroSlots';
}

function differsAt(a: Float32Array, b: Float32Array, length: number, tolerance: number) {
  for (let i = 0; i < length; i++) if (!(Math.abs(a[i]! - b[i]!) <= tolerance)) return i;
  return undefined;
}

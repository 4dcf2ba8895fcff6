import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { mul, reshape, split, tidy, transpose } from '@tensorflow/tfjs-core';

import { assertKinds } from '../errors/assert-kinds.js';
import { assertShape } from '../errors/assert-shape.js';
import { fused } from './fused.js';
import { splitHeadsGradient, splitHeadsKernel } from './heads-kernel.js';
import type { HeadsShape } from '../kernel/heads-shape.js';
import type { RotaryTables } from './rotary.js';
import { rotate } from './rotary.js';

/** float32 [B,H,L,Dh] each. */
export type Heads = [query: Tensor4D, key: Tensor4D, value: Tensor4D];

/**
 * Queries, keys and values by head: queries and keys rotated by their position, queries scaled by 1/sqrt(Dh).
 * @param projected float32 [B*L,3D], queries then keys then values, head by head
 * @returns three tensors, owned by the caller      Gradient: through projected.
 */
export function splitHeads(projected: Tensor2D, tables: RotaryTables, shape: HeadsShape): Heads {
  assertHeads(projected, tables, shape);
  const kernel = fused(splitHeadsKernel, splitHeadsGradient);
  if (!kernel) return composedHeads(projected, tables, shape);
  const { cosines, sines } = tables;
  return kernel({ x: projected, cosines, sines }, shape);
}

function assertHeads(projected: Tensor2D, tables: RotaryTables, shape: HeadsShape): void {
  const sizes = { batchSize: 'size', length: 'size', numHeads: 'size', headWidth: 'size' } as const;
  assertKinds('splitHeads', shape, sizes);
  assertKinds('splitHeads', tables, { cosines: 'tensor', sines: 'tensor', quarterTurn: 'tensor' });
  const { batchSize, length, numHeads, headWidth } = shape;
  assertShape('splitHeads', 'projected', projected, [batchSize * length, 3 * numHeads * headWidth]);
}

/** The same from tfjs operations. */
export function composedHeads(projected: Tensor2D, tables: RotaryTables, shape: HeadsShape): Heads {
  const { batchSize: b, numHeads: h, length: l, headWidth } = shape;
  return tidy(() => {
    const byToken = reshape(projected, [b, l, 3 * h, headWidth]) as Tensor4D;
    const byHead = transpose(byToken, [0, 2, 1, 3]); // [B,3H,L,Dh]
    const [query, key, value] = split(byHead, 3, 1) as Heads; // [B,H,L,Dh]
    return [mul(rotate(query, tables), 1 / Math.sqrt(headWidth)), rotate(key, tables), value];
  });
}

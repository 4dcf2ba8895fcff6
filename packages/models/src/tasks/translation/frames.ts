import type { RouteContext, Sequences } from '@moekit/core';
import { createRng, createTokenMask } from '@moekit/core';
import type { Rank, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { mul, reshape, sub, zeros } from '@tensorflow/tfjs-core';

import type { ForwardOptions } from '../../contract.js';
import { MASKED } from '../../transformer/transformer.js';
import type { Dropout } from './dropout.js';
import { createDropout } from './dropout.js';

/** float32 [B*L] 1 at real tokens, 0 at padding; `undefined` where there is none. */
export function tokenMask(lengths: readonly number[], length: number): Tensor1D | undefined {
  if (lengths.every((n) => n === length)) return undefined;
  const mask = new Float32Array(lengths.length * length);
  lengths.forEach((n, b) => mask.fill(1, b * length, b * length + n));
  return createTokenMask(mask);
}

/** The mask added to scores so that no query sees padding: float32 [B,1,1,L], or zeros [1,1,1,1] where there is none. */
export function paddingMask(mask: Tensor1D | undefined, batchSize: number): Tensor4D {
  if (!mask) return zeros([1, 1, 1, 1]);
  return reshape<Rank.R4>(mul(sub(1, mask), MASKED), [batchSize, 1, 1, -1]);
}

/** Rows of the real tokens among [B*L], sentence by sentence. */
export function realRows(lengths: readonly number[], length: number): Int32Array {
  const total = lengths.reduce((sum, n) => sum + n, 0);
  const rows = new Int32Array(total);
  let at = 0;
  lengths.forEach((n, b) => {
    for (let i = 0; i < n; i++) rows[at++] = b * length + i;
  });
  return rows;
}

/** Noise differs by pass and layer, and is the same whatever else the pass computes. */
export function routeContexts(
  { training, dropFree = false, seed = 0 }: ForwardOptions,
  tokens: {
    readonly ids: Tensor1D;
    readonly mask: Tensor1D | undefined;
    readonly sequences: Sequences;
  },
): (layer: number) => RouteContext {
  const { ids: tokenIds, mask, sequences } = tokens;
  return (layer) => ({
    training,
    dropFree,
    rng: createRng(seed).fork(`layers.${layer}.router`),
    tokenIds,
    sequences,
    ...(mask ? { tokenMask: mask } : {}),
  });
}

/** Dropout of one half of the model in one pass; none outside training. */
export function passDropout(
  rate: number,
  { training, seed = 0 }: ForwardOptions,
  half: string,
): Dropout {
  return createDropout(training ? rate : 0, createRng(seed).fork(`dropout.${half}`));
}

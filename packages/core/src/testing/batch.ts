import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';

import type { RouteContext } from '../contract/router.js';
import { createRng, normalArray } from '../contract/rng.js';
import type { Subject } from './subject.js';

/** Tokens as plain numbers, so that a check permutes, cuts and masks them with array code. */
export interface Batch {
  /** T */
  readonly tokens: number;
  /** D */
  readonly width: number;
  /** [T * D] */
  readonly x: Float32Array;
  /** [T] */
  readonly tokenIds: Int32Array;
  /** [T] of 0/1 */
  readonly tokenMask?: Float32Array;
}

/** How a batch is routed; everything is off unless said otherwise, and the noise is seeded afresh for each call. */
export interface Mode {
  readonly training?: boolean;
  readonly dropFree?: boolean;
  readonly seed?: number;
}

/** N(0, scale^2) tokens: no two alike, so no ties. */
export function randomBatch(
  { spec: { modelWidth } }: Subject,
  tokens: number,
  { seed = 1, scale = 1 }: { seed?: number; scale?: number } = {},
): Batch {
  const rng = createRng(seed);
  const x = normalArray(rng.fork('x'), tokens * modelWidth, scale);
  return batchOf(x, modelWidth, rng.fork('ids').integer(1 << 16));
}

/** A batch from its rows. */
export function batchOf(x: Float32Array, width: number, firstId = 0): Batch {
  const tokens = x.length / width;
  return { tokens, width, x, tokenIds: Int32Array.from({ length: tokens }, (_, t) => firstId + t) };
}

/** The tokens at `indices`, in that order. */
export function pickTokens(batch: Batch, indices: readonly number[]): Batch {
  const { width, tokenMask } = batch;
  const x = new Float32Array(indices.length * width);
  indices.forEach((t, i) => x.set(batch.x.subarray(t * width, (t + 1) * width), i * width));
  return {
    tokens: indices.length,
    width,
    x,
    tokenIds: Int32Array.from(indices, (t) => batch.tokenIds[t]!),
    ...(tokenMask && { tokenMask: Float32Array.from(indices, (t) => tokenMask[t]!) }),
  };
}

/** Tensors of a batch, for the scope they are made in. */
export function tensorsOf(
  batch: Batch,
  { training = false, dropFree = false, seed = 7 }: Mode,
): { x: Tensor2D; context: RouteContext } {
  const mask: Tensor1D | undefined = batch.tokenMask && tensor1d(batch.tokenMask, 'float32');
  return {
    x: tensor2d(batch.x, [batch.tokens, batch.width], 'float32'),
    context: {
      training,
      dropFree,
      rng: createRng(seed),
      tokenIds: tensor1d(batch.tokenIds, 'int32'),
      ...(mask && { tokenMask: mask }),
    },
  };
}

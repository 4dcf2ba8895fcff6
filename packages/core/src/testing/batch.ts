import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';

import type { RouteContext, Sequences } from '../contract/router.js';
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
  readonly sequences?: Sequences;
  /** [T] for controls; see RouteContext */
  readonly labels: Int32Array;
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

/** Kinds of tokens in a batch. */
const LABELS = 3;

/** A batch from its rows. */
export function batchOf(x: Float32Array, width: number, firstId = 0): Batch {
  const tokens = x.length / width;
  const tokenIds = Int32Array.from({ length: tokens }, (_, t) => firstId + t);
  return { tokens, width, x, tokenIds, labels: tokenIds.map((id) => id % LABELS) };
}

/** The same tokens as `batch` sequences of one length. */
export function inSequences(tokens: Batch, batch: number): Batch {
  return { ...tokens, sequences: { batch, length: tokens.tokens / batch } };
}

/** Some sequences of a batch, in that order. */
export function withSequences(batch: Batch, which: readonly number[]): Batch {
  const { length } = batch.sequences!;
  const rows = which.flatMap((s) => Array.from({ length }, (_, i) => s * length + i));
  return inSequences(pickTokens(batch, rows), which.length);
}

/** `count` sequences of a batch from `first`. */
export function sequencesFrom(batch: Batch, first: number, count: number): Batch {
  return withSequences(
    batch,
    Array.from({ length: count }, (_, i) => first + i),
  );
}

/** The same batch with all but some tokens as padding. */
export function masked(batch: Batch, isKept: (t: number) => boolean): Batch {
  const tokenMask = Float32Array.from({ length: batch.tokens }, (_, t) => +isKept(t));
  return { ...batch, tokenMask };
}

/** The tokens at `indices`, in that order, in no sequences. */
export function pickTokens(batch: Batch, indices: readonly number[]): Batch {
  const { width, tokenMask, labels } = batch;
  const x = new Float32Array(indices.length * width);
  indices.forEach((t, i) => x.set(batch.x.subarray(t * width, (t + 1) * width), i * width));
  return {
    tokens: indices.length,
    width,
    x,
    tokenIds: Int32Array.from(indices, (t) => batch.tokenIds[t]!),
    ...(tokenMask && { tokenMask: Float32Array.from(indices, (t) => tokenMask[t]!) }),
    labels: Int32Array.from(indices, (t) => labels[t]!),
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
      ...(batch.sequences && { sequences: batch.sequences }),
      labels: tensor1d(batch.labels, 'int32'),
    },
  };
}

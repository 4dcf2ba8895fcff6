import { createRng, defaultKernels, FeedForwardExperts, normalArray } from '@moekit/core';
import type { Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import {
  add,
  addN,
  gather,
  matMul,
  mul,
  relu,
  tensor1d,
  tensor2d,
  unsortedSegmentSum,
  variable,
} from '@tensorflow/tfjs-core';

import type { KernelCase } from './cases.js';
import { drawMask } from './routing.js';

/** One way to compute a layer: how long it takes is compared with the others'. */
export interface Contender {
  readonly name: string;
  /** Forward FLOPs of one pass. */
  readonly flops: number;
  forward(x: Tensor2D): Tensor2D;
  readonly weights: readonly Variable[];
}

/** moekit's layer: plan, dispatch, experts, combine on the routing of the case. */
export function moekitLayer(shape: KernelCase, seed: number): Contender & { rows: number } {
  const { k, modelWidth, expertWidth, numExperts } = shape;
  const { mask, rows, maxRows } = routed(shape, seed);
  const weights = mul<Tensor2D>(mask, 1 / k);
  const experts = new FeedForwardExperts({ modelWidth, expertWidth, numExperts, seed });
  return {
    name: LAYER,
    flops: rows * experts.flopsPerRow(),
    rows,
    weights: experts.variables(),
    forward: (x) => {
      const plan = defaultKernels.dispatchPlan(mask, { maxRows });
      const y = experts.applyToTokens(x, plan);
      return defaultKernels.combine(y, weights, plan);
    },
  };
}

/** Plan, dispatch and combine alone: what routing costs besides the products. */
export function routingOnly(shape: KernelCase, seed: number): Contender {
  const { k } = shape;
  const { mask, maxRows } = routed(shape, seed);
  const weights = mul<Tensor2D>(mask, 1 / k);
  return {
    name: ROUTING,
    flops: 0,
    weights: [],
    forward: (x) => {
      const plan = defaultKernels.dispatchPlan(mask, { maxRows });
      return defaultKernels.combine(defaultKernels.dispatch(x, plan), weights, plan);
    },
  };
}

/** The routing of a case, with what a router of k experts per token says of it beforehand. */
function routed(shape: KernelCase, seed: number) {
  const { tokens, numExperts, k } = shape;
  const values = drawMask(shape, createRng(seed));
  const rows = values.reduce((sum, value) => sum + value, 0);
  return { mask: tensor2d(values, [tokens, numExperts]), rows, maxRows: tokens * k };
}

export const LAYER = 'moekit layer';
/** The same where the engine has no relaxed SIMD. */
export const LAYER_SIMD = 'moekit layer, plain SIMD';
export const DENSE = 'dense, equal FLOPs';
/** The dense layer with tfjs's own products. */
export const STOCK = 'stock dense';
export const ROUTING = 'plan, dispatch, combine';

/** A dense feed-forward layer of the same FLOPs, in tfjs's own operations: [T,D] -> [T,rows/T * F] -> [T,D]. */
export function denseLayer(shape: KernelCase, rows: number, seed: number): Contender {
  const { tokens, modelWidth: d, expertWidth } = shape;
  const width = Math.max(1, Math.round((rows / tokens) * expertWidth));
  const rng = createRng(seed);
  const [up, down] = [draw(rng, d, width), draw(rng, width, d)];
  const [upBias, downBias] = [draw(rng, 1, width), draw(rng, 1, d)];
  return {
    name: DENSE,
    flops: 4 * tokens * d * width,
    weights: [up, down, upBias, downBias],
    forward: (x) => add(matMul(relu(add(matMul(x, up), upBias)), down), downBias),
  };
}

/** The same layer without moekit: a loop over experts with gather, two products and a segment sum. */
export function expertLoop(shape: KernelCase, seed: number): Contender {
  const { tokens, numExperts: e, modelWidth: d, expertWidth: f, k } = shape;
  const mask = drawMask(shape, createRng(seed));
  const tokensOf = Array.from({ length: e }, (_, expert) =>
    tensor1d(
      Array.from({ length: tokens }, (_, t) => t).filter((t) => mask[t * e + expert] === 1),
      'int32',
    ),
  );
  const rng = createRng(seed);
  const parts = tokensOf.map(() => ({ up: draw(rng, d, f), down: draw(rng, f, d) }));
  const rows = tokensOf.reduce((sum, ids) => sum + ids.size, 0);
  return {
    name: 'tfjs loop over experts',
    flops: 4 * rows * d * f,
    weights: parts.flatMap(({ up, down }) => [up, down]),
    forward: (x) => addN(tokensOf.flatMap((ids, i) => expertOutput(x, ids, parts[i]!, tokens, k))),
  };
}

function expertOutput(
  x: Tensor2D,
  ids: Tensor1D,
  { up, down }: { up: Tensor; down: Tensor },
  tokens: number,
  k: number,
): Tensor2D[] {
  if (ids.size === 0) return [];
  const y = mul(matMul(relu(matMul(gather(x, ids), up)), down), 1 / k);
  return [unsortedSegmentSum(y, ids, tokens) as Tensor2D];
}

function draw(rng: ReturnType<typeof createRng>, rows: number, columns: number): Variable {
  const values = normalArray(rng, rows * columns, 1 / Math.sqrt(rows));
  return variable(tensor2d(values, [rows, columns]));
}

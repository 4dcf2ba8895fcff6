import type { TensorInfo } from '@tensorflow/tfjs-core';

import type { DeviceInputs } from '../../kernel/kernel-config.js';
import type { LinearAttributes } from '../../kernel/linear.js';
import type { WebGpuBackend } from './backend.js';
import { groupsFor } from './device-traits.js';
import { halfWeightsStage } from './half-weights.js';
import type { ProductVariant } from './product-code.js';
import { productCode } from './product-code.js';
import type { Stage } from './stage.js';
import { runStage } from './stage.js';
import { tableLayout, tableUniforms } from './table.js';
import { rowTile, threadsOf } from './tile.js';

/** Inputs of a product: rows or tokens, weights, biases where it has them, and the plan's table. */
type ProductInputs = DeviceInputs<'MoeFusedLinear'>;

/**
 * out[s] = relu(x[s] w[expert(s)] + bias[expert(s)]) in one dispatch: [R,K] (or tokens, [T,K]) x [E,K,N] -> [R,N], or
 * with w[e] transposed, [E,N,K]. Workgroups take turns at the tiles of the plan's table, each of one expert's rows. How
 * many tiles there are is known on the device alone. With f16 weights a dispatch rounds them first.
 */
export function runProduct(
  inputs: ProductInputs,
  attributes: LinearAttributes,
  backend: WebGpuBackend,
): TensorInfo {
  if (attributes.precision !== 'f16')
    return runStage(backend, productStage(backend, inputs, attributes));
  const half = runStage(backend, halfWeightsStage(inputs.w));
  const out = runStage(backend, productStage(backend, inputs, attributes, half));
  backend.disposeData(half.dataId);
  return out;
}

function productStage(
  backend: WebGpuBackend,
  { x, w, bias, table }: ProductInputs,
  { plan, transposeW, fromTokens = false, activation, precision }: LinearAttributes,
  stored: TensorInfo = w,
): Stage {
  const [, a, b] = w.shape as [number, number, number];
  const [inner, outer] = transposeW ? [b, a] : [a, b];
  const tile = rowTile(plan, outer);
  const spans = Math.ceil(outer / tile.columns);
  const variant: ProductVariant = {
    tile,
    transposeW,
    width: inner % 4 === 0 && outer % 4 === 0 ? 4 : 1,
    fromTokens,
    bias: bias !== undefined,
    relu: activation === 'relu',
    half: precision === 'f16',
  };
  return {
    name: 'MoeProduct',
    inputs: bias ? { x, w: stored, bias, table } : { x, w: stored, table },
    shape: [plan.numRows, outer],
    width: variant.width,
    integers: { ...tableUniforms(plan), inner, outer },
    code: productCode(variant),
    over: {
      groups: [spans, groupsFor(backend, spans, tableLayout(plan).mostTiles), 1],
      threads: threadsOf(tile),
    },
  };
}

import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

import type { OuterAttributes } from '../linear.js';
import { onDevice } from '../run.js';
import type { WebGpuBackend } from './backend.js';
import { groupsWanted } from './device-traits.js';
import type { OuterRole } from './outer-code.js';
import { groupedOuterCode } from './outer-code.js';
import type { Stage } from './stage.js';
import { runStage } from './stage.js';
import { tableUniforms } from './table.js';
import { outerTile, threadsOf, tileKey } from './tile.js';

export interface OuterInputs {
  readonly x: TensorInfo;
  readonly y: TensorInfo;
  readonly table: TensorInfo;
}

/** Fewer rows than this are not worth the writing and reading of a partial sum. */
const LEAST_CHUNK = 512;

/**
 * out[e] = x^T y over the rows of expert e: [R,A] x [R,B] -> [E,A,B]; 0 for an expert without rows. x may hold
 * tokens, whose rows are gathered while they are loaded.
 * A workgroup for each expert and tile of its matrix walks the expert's rows in order. Where the device would idle while
 * one expert's workgroups walk most rows of a skewed load, an expert of more than `chunk` rows has them walked a chunk at a
 * time, side by side, and its sums added in order. No atomics, and the same bytes every time.
 */
export const groupedOuterKernel: KernelConfig = {
  kernelName: onDevice('MoeGroupedOuter'),
  backendName: 'webgpu',
  kernelFunc: ({ inputs, attrs, backend }) =>
    runOuter(
      backend as WebGpuBackend,
      inputs as unknown as OuterInputs,
      attrs as unknown as OuterAttributes,
    ),
};

function runOuter(backend: WebGpuBackend, inputs: OuterInputs, attributes: OuterAttributes) {
  const { x, y } = inputs;
  const chunk = outerChunk(backend, attributes.plan.numRows, x.shape[1]!, y.shape[1]!);
  return chunk === undefined
    ? runStage(backend, outerStage(inputs, attributes, 'whole'))
    : sumChunks(backend, inputs, attributes, chunk);
}

/** Rows of a chunk for weight gradients [a,b]; undefined where experts keep the device busy without chunks. */
export function outerChunk(
  ...[backend, numRows, a, b]: [WebGpuBackend, number, number, number]
): number | undefined {
  const { rows, columns } = outerTile(a, b);
  const tiles = Math.ceil(a / rows) * Math.ceil(b / columns);
  const chunk = chunkRows(numRows, tiles, groupsWanted(backend));
  return chunk < numRows ? chunk : undefined;
}

/** The product by way of partial sums for experts of more than `chunk` rows. */
export function sumChunks(
  ...[backend, inputs, attributes, chunk]: [WebGpuBackend, OuterInputs, OuterAttributes, number]
): TensorInfo {
  const parts = runStage(backend, outerStage(inputs, attributes, 'parts', { chunk }));
  const out = runStage(backend, outerStage(inputs, attributes, 'rest', { chunk, parts }));
  backend.disposeData(parts.dataId);
  return out;
}

/**
 * Rows of a chunk: as few as give one expert that holds them all `wanted` workgroups. The partial sums so take no more
 * than twice that many tiles.
 */
export function chunkRows(numRows: number, tiles: number, wanted: number): number {
  return Math.max(LEAST_CHUNK, Math.ceil(numRows / Math.ceil(wanted / tiles)));
}

function outerStage(
  { x, y, table }: OuterInputs,
  { plan, fromTokens = false }: OuterAttributes,
  role: OuterRole,
  { chunk = 0, parts }: { chunk?: number; parts?: TensorInfo } = {},
): Stage {
  const [a, b] = [x.shape[1]!, y.shape[1]!];
  const tile = outerTile(a, b);
  const width = a % 4 === 0 && b % 4 === 0 ? 4 : 1;
  const matrices = role === 'parts' ? 2 * Math.ceil(plan.numRows / chunk) : plan.numExperts;
  return {
    name: `MoeGroupedOuter_${tileKey(tile)}_${role}${fromTokens ? '_fromTokens' : ''}`,
    inputs: { x, y, table, ...(parts && { parts }) },
    shape: [matrices, a, b],
    width,
    integers: { ...tableUniforms(plan), across: a, along: b, chunk },
    code: groupedOuterCode({ tile, width, fromTokens, role }),
    over: {
      groups: [Math.ceil(b / tile.columns), Math.ceil(a / tile.rows), matrices],
      threads: threadsOf(tile),
    },
  };
}

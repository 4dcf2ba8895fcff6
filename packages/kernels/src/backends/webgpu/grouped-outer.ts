import type { TensorInfo } from '@tensorflow/tfjs-core';

import type { DeviceInputs } from '../../kernel/kernel-config.js';
import { onDeviceConfig } from '../../kernel/kernel-config.js';
import type { OuterAttributes } from '../../kernel/linear.js';
import type { DispatchPlan } from '../../plan/plan.js';
import type { WebGpuBackend } from './backend.js';
import { groupsWanted } from './device-traits.js';
import type { OuterRole } from './outer-code.js';
import { groupedOuterCode } from './outer-code.js';
import type { Stage } from './stage.js';
import { runStage } from './stage.js';
import { tableUniforms } from './table.js';
import { outerTile, threadsOf } from './tile.js';

export type OuterInputs = DeviceInputs<'MoeGroupedOuter'>;

/** Experts of fewer rows leave no part of a large device idle for long, and partial sums have to be written and read. */
const LEAST_CHUNK = 2048;
/** Bytes that partial sums may take. */
const MOST_BYTES = 2 ** 26;

/** How the rows of long experts are cut: chunk c is rows c * rows to (c + 1) * rows, for c < count. */
export interface Chunks {
  readonly rows: number;
  readonly count: number;
}

/**
 * out[e] = x^T y over the rows of expert e: [R,A] x [R,B] -> [E,A,B]; 0 for an expert without rows. x may hold
 * tokens, whose rows are gathered while they are loaded.
 * A workgroup for each expert and tile of its matrix walks the expert's rows in order. Under a skewed load the
 * device would idle while one expert's workgroups walk most rows. The rows of an expert with more than a chunk are therefore
 * walked chunk by chunk at the same time, and the sums added in order. No atomics, and the same bytes every time.
 */
export const groupedOuterKernel = onDeviceConfig('MoeGroupedOuter', 'webgpu', runOuter);

function runOuter(inputs: OuterInputs, attributes: OuterAttributes, backend: WebGpuBackend) {
  const { x, y } = inputs;
  const chunks = outerChunks(attributes.plan, [x.shape[1]!, y.shape[1]!], groupsWanted(backend));
  return chunks
    ? sumChunks(backend, inputs, attributes, chunks)
    : runStage(backend, outerStage(inputs, attributes, 'whole'));
}

/** The product by way of partial sums for experts of more rows than a chunk. */
export function sumChunks(
  ...[backend, inputs, attributes, chunks]: [WebGpuBackend, OuterInputs, OuterAttributes, Chunks]
): TensorInfo {
  const parts = runStage(backend, outerStage(inputs, attributes, 'parts', { chunks }));
  const out = runStage(backend, outerStage(inputs, attributes, 'rest', { chunks, parts }));
  backend.disposeData(parts.dataId);
  return out;
}

/**
 * Chunks of as few rows as give one expert that holds every token `wanted` workgroups. Those that would take too much
 * memory are left out; an expert with rows there has them walked at once.
 * @param matrix [a,b], of one expert
 * @returns undefined where no expert can have more rows than a chunk, or sums of two chunks take too much memory
 */
export function outerChunks(
  { numRows, numTokens }: Pick<DispatchPlan, 'numRows' | 'numTokens'>,
  [a, b]: readonly [number, number],
  wanted: number,
): Chunks | undefined {
  const tile = outerTile(a, b);
  const tiles = Math.ceil(a / tile.rows) * Math.ceil(b / tile.columns);
  const most = Math.min(numRows, numTokens);
  const rows = Math.max(LEAST_CHUNK, Math.ceil(most / Math.ceil(wanted / tiles)));
  const affordable = Math.floor(MOST_BYTES / (2 * 4 * a * b));
  if (rows >= most || affordable < 2) return undefined;
  return { rows, count: Math.min(Math.ceil(numRows / rows), affordable) };
}

function outerStage(
  { x, y, table }: OuterInputs,
  { plan, fromTokens = false }: OuterAttributes,
  role: OuterRole,
  { chunks, parts }: { chunks?: Chunks; parts?: TensorInfo } = {},
): Stage {
  const [a, b] = [x.shape[1]!, y.shape[1]!];
  const tile = outerTile(a, b);
  const width = a % 4 === 0 && b % 4 === 0 ? 4 : 1;
  const { rows: chunk, count } = chunks ?? { rows: 0, count: 0 };
  const matrices = role === 'parts' ? 2 * count : plan.numExperts;
  return {
    name: 'MoeGroupedOuter',
    inputs: { x, y, table, ...(parts && { parts }) },
    shape: [matrices, a, b],
    width,
    integers: { ...tableUniforms(plan), across: a, along: b, chunk, chunked: chunk * count },
    code: groupedOuterCode({ tile, width, fromTokens, role }),
    over: {
      groups: [Math.ceil(b / tile.columns), Math.ceil(a / tile.rows), matrices],
      threads: threadsOf(tile),
    },
  };
}

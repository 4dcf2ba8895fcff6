import type { Estimate, ProductShape, SizeClass } from '../contract/explanation.js';
import { oneClass, sizeClasses } from './size-classes.js';

/** Rates of a device per second, and the fixed cost of an operation. */
export interface DeviceSpeed {
  /** Floating-point operations of a matrix product. */
  readonly flops: number;
  /** The same inside a batched product. */
  readonly batchedFlops: number;
  readonly bytes: number;
  /** Seconds. */
  readonly launch: number;
}

/**
 * Only ratios matter for the choice. `cpu`: TensorFlow 2.21 on two cores with AVX2, D=512, F=256, 512 rows per expert
 * (docs/kernels.md): products 130 GFLOP/s, batched ones 15 (17 rows each) to 85 (512 rows), copies 12 GB/s, 10 to 12 microseconds
 * a raw operation. Batches are in question where rows are few, so theirs is the lower rate.
 * `gpu`: assumed from an H200's data sheet at float32, not measured.
 */
export const deviceSpeeds = {
  cpu: { flops: 130e9, batchedFlops: 15e9, bytes: 12e9, launch: 12e-6 },
  gpu: { flops: 45e12, batchedFlops: 40e12, bytes: 3e12, launch: 12e-6 },
} as const satisfies Record<string, DeviceSpeed>;

/**
 * The expected time of each algorithm, the best first.
 * Formula:  t = sum of max(flops (1 + waste) / P, bytes / BW) + copied bytes / BW + launches tau
 */
export function estimateProduct(shape: ProductShape, speed: DeviceSpeed): readonly Estimate[] {
  const { rowsPerExpert } = shape;
  const estimates = [
    perExpert(shape, speed),
    classed('batched', oneClass(rowsPerExpert), shape, speed),
    classed('size-classes', sizeClasses(rowsPerExpert), shape, speed),
  ];
  return estimates.sort((a, b) => a.seconds - b.seconds);
}

/** Whether padding would add no row, so that rows need no moving. */
export function isEven(rowsPerExpert: readonly number[]): boolean {
  return rowsPerExpert.every((rows) => rows === rowsPerExpert[0]);
}

function perExpert(shape: ProductShape, { flops, bytes, launch }: DeviceSpeed): Estimate {
  const busy = shape.rowsPerExpert.filter((rows) => rows > 0);
  const products = busy.map((rows) => multiply(shape, 1, rows, { flops, bytes }));
  const launches = busy.length + 3;
  const joined = busy.length > 1 ? (2 * resultBytes(shape)) / bytes : 0;
  const seconds = sum(products) + joined + launches * launch;
  return { algorithm: 'per-expert', seconds, waste: 0, launches, classes: [] };
}

function classed(
  algorithm: 'batched' | 'size-classes',
  classes: readonly SizeClass[],
  shape: ProductShape,
  { batchedFlops, bytes, launch }: DeviceSpeed,
): Estimate {
  const { kind, rowsPerExpert, inner, outer } = shape;
  const rows = sum(rowsPerExpert);
  const padded = sum(classes.map(({ experts, capacity }) => experts.length * capacity));
  const products = classes.map(({ experts, capacity }) =>
    multiply(shape, experts.length, capacity, { flops: batchedFlops, bytes }),
  );
  const whole = algorithm === 'batched';
  const stays = whole && isEven(rowsPerExpert);
  const moved = stays ? 0 : 8 * padded * (kind === 'rows' ? inner : inner + outer);
  const back =
    kind === 'rows' ? (stays ? 0 : 8 * rows * outer) : whole ? 0 : 2 * resultBytes(shape);
  const weights = whole || kind === 'outer' ? 0 : 8 * rowsPerExpert.length * inner * outer;
  const launches = stays ? 3 : 5 + 4 * classes.length;
  const seconds = sum(products) + (moved + back + weights) / bytes + launches * launch;
  return { algorithm, seconds, waste: rows > 0 ? padded / rows - 1 : 0, launches, classes };
}

/** A batch of products of `rows` rows each: bound by arithmetic or by reading and writing everything once. */
function multiply(
  { inner, outer }: ProductShape,
  batch: number,
  rows: number,
  { flops, bytes }: Pick<DeviceSpeed, 'flops' | 'bytes'>,
): number {
  const moved = 4 * batch * (inner * outer + rows * (inner + outer));
  return Math.max((2 * batch * rows * inner * outer) / flops, moved / bytes);
}

function resultBytes({ kind, rowsPerExpert, inner, outer }: ProductShape): number {
  return 4 * outer * (kind === 'rows' ? sum(rowsPerExpert) : rowsPerExpert.length * inner);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { broadcast_util, util } from '@tensorflow/tfjs-core';

import type { WasmBackend } from './heap.js';
import { offsetOf, withScratch } from './heap.js';
import type { HeapMatrix, Multiply } from './multiply.js';
import { transposeOnHeap } from './multiply.js';

type Attributes = { transposeA: boolean; transposeB: boolean };

/**
 * Replaces tfjs-wasm's BatchMatMul, which computes any batched or transposed product by a scalar loop (14 to 18 times
 * slower): attention and every backward pass go through it. Here each matrix of the batch is transposed once if needed
 * and multiplied by the fast product; a batch that shares its right side is one product.
 */
export function batchMatMulKernel(multiply: Multiply): KernelConfig {
  return {
    kernelName: 'BatchMatMul',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
      const { transposeA, transposeB } = attrs as Attributes;
      const wasm = backend as WasmBackend;
      const [left, right] = [matricesOf(wasm, a), matricesOf(wasm, b)];
      const m = transposeA ? left.columns : left.rows;
      const [inner, n] = transposeB ? [right.columns, right.rows] : [right.rows, right.columns];
      const leftInner = transposeA ? left.rows : left.columns;
      util.assert(
        leftInner === inner,
        () => `matMul: inner sizes of [${a.shape}] and [${b.shape}] must match, transposed or not`,
      );
      const outer = broadcast_util.assertAndGetBroadcastShape(left.batch, right.batch);
      const out = wasm.makeOutput([...outer, m, n], 'float32');
      const count = util.sizeFromShape(outer);
      if (count * m * n === 0) return out;
      if (!transposeA && util.sizeFromShape(right.batch) === 1) {
        // one right side for the whole batch: its left sides are one tall matrix
        const tall: Matrices = { ...left, rows: count * m, batch: [] };
        const sides = { left: tall, right: { ...right, batch: [] }, transposeA, transposeB };
        multiplyBatch(wasm, multiply, sides, { out: offsetOf(wasm, out), outer: [] });
      } else {
        const sides = { left, right, transposeA, transposeB };
        multiplyBatch(wasm, multiply, sides, { out: offsetOf(wasm, out), outer });
      }
      return out;
    },
  };
}

/** A tensor of rank >= 2 as a batch of matrices on the heap. */
interface Matrices extends HeapMatrix {
  readonly batch: number[];
}

interface Sides extends Attributes {
  readonly left: Matrices;
  readonly right: Matrices;
}

function matricesOf(backend: WasmBackend, info: TensorInfo): Matrices {
  const [rows, columns] = info.shape.slice(-2) as [number, number];
  return { offset: offsetOf(backend, info), rows, columns, batch: info.shape.slice(0, -2) };
}

function multiplyBatch(
  backend: WasmBackend,
  multiply: Multiply,
  { left, right, transposeA, transposeB }: Sides,
  { out, outer }: { out: number; outer: readonly number[] },
): void {
  const [sizeA, sizeB] = [left.rows * left.columns, right.rows * right.columns];
  const [rowsA, columnsB] = [
    transposeA ? left.columns : left.rows,
    transposeB ? right.rows : right.columns,
  ];
  withScratch(backend, (transposeA ? sizeA : 0) + (transposeB ? sizeB : 0), (scratch) => {
    const flipped = { a: scratch, b: scratch + (transposeA ? sizeA * 4 : 0) };
    for (let i = 0; i < util.sizeFromShape([...outer]); i++) {
      const a = { ...left, offset: left.offset + broadcastIndex(i, outer, left.batch) * sizeA * 4 };
      const b = {
        ...right,
        offset: right.offset + broadcastIndex(i, outer, right.batch) * sizeB * 4,
      };
      const plainA = transposeA ? flip(backend, a, flipped.a) : a;
      const plainB = transposeB ? flip(backend, b, flipped.b) : b;
      multiply(backend, plainA, plainB, out + i * rowsA * columnsB * 4);
    }
  });
}

function flip(backend: WasmBackend, from: HeapMatrix, to: number): HeapMatrix {
  transposeOnHeap(backend, from, to);
  return { offset: to, rows: from.columns, columns: from.rows };
}

/** Which matrix of a batch of shape `batch` meets matrix `index` of the broadcast batch `outer`. */
function broadcastIndex(index: number, outer: readonly number[], batch: readonly number[]): number {
  let [rest, result, stride] = [index, 0, 1];
  for (let axis = outer.length - 1, own = batch.length - 1; axis >= 0; axis--, own--) {
    const at = rest % outer[axis]!;
    rest = Math.floor(rest / outer[axis]!);
    const size = own >= 0 ? batch[own]! : 1;
    if (size > 1) result += at * stride;
    stride *= size;
  }
  return result;
}

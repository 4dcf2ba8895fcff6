import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { broadcast_util, util } from '@tensorflow/tfjs-core';

import type { Bind } from './bind.js';
import type { WasmBackend } from './heap.js';
import { offsetOf } from './heap.js';
import { multiplyAll } from './multiply.js';
import type { HeapMatrix } from './product.js';

/**
 * Replaces tfjs-wasm's BatchMatMul, which computes any batched or transposed product by a scalar loop (14 to 18 times
 * slower): attention and every backward pass go through it. Broadcasts batches on both sides.
 */
export function batchMatMulKernel(bind: Bind): KernelConfig {
  return {
    kernelName: 'BatchMatMul',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { a, b } = inputs as { a: TensorInfo; b: TensorInfo };
      const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
      const wasm = backend as WasmBackend;
      const bound = bind(wasm);
      const [left, right] = [matrices(wasm, a, transposeA), matrices(wasm, b, transposeB)];
      const [m, inner] = transposeA ? [left.columns, left.rows] : [left.rows, left.columns];
      const [rightInner, n] = transposeB
        ? [right.columns, right.rows]
        : [right.rows, right.columns];
      util.assert(
        inner === rightInner,
        () => `matMul: inner sizes of [${a.shape}] and [${b.shape}] must match, transposed or not`,
      );
      const outer = broadcast_util.assertAndGetBroadcastShape(left.batch, right.batch);
      const out = wasm.makeOutput([...outer, m, n], 'float32');
      const outAt = offsetOf(wasm, out);
      const count = util.sizeFromShape(outer);
      if (!transposeA && util.sizeFromShape(right.batch) === 1) {
        multiplyAll(bound, [{ a: { ...left, rows: count * m }, b: right, out: outAt }]); // one tall product
        return out;
      }
      const products = Array.from({ length: count }, (_, i) => ({
        a: matrixOf(left, i, outer),
        b: matrixOf(right, i, outer),
        out: outAt + i * m * n * 4,
      }));
      multiplyAll(bound, products);
      return out;
    },
  };
}

/** A tensor of rank >= 2 as a batch of matrices on the heap. */
interface Matrices extends HeapMatrix {
  readonly batch: number[];
}

function matrices(backend: WasmBackend, info: TensorInfo, transposed: boolean): Matrices {
  const [rows, columns] = info.shape.slice(-2) as [number, number];
  const batch = info.shape.slice(0, -2);
  return { offset: offsetOf(backend, info), rows, columns, transposed, batch };
}

/** The matrix that meets entry `index` of the broadcast batch `outer`. */
function matrixOf(side: Matrices, index: number, outer: readonly number[]): HeapMatrix {
  let [rest, at, stride] = [index, 0, 1];
  for (let axis = outer.length - 1, own = side.batch.length - 1; own >= 0; axis--, own--) {
    const size = side.batch[own]!;
    if (size > 1) at += (rest % outer[axis]!) * stride;
    rest = Math.floor(rest / outer[axis]!);
    stride *= size;
  }
  return { ...side, offset: side.offset + at * side.rows * side.columns * 4 };
}

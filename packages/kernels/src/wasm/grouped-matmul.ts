import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

import type { GroupedAttributes } from '../host/grouped-matmul.js';
import type { DispatchPlan } from '../plan.js';
import type { WasmBackend } from './heap.js';
import { floatsAt, offsetOf } from './heap.js';
import type { HeapMatrix, Multiply } from './multiply.js';

/** One product per expert that has rows, on the rows where they lie. */
export function groupedMatMulWasm(multiply: Multiply): KernelConfig {
  return {
    kernelName: 'MoeGroupedMatMul',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, w } = inputs as { x: TensorInfo; w: TensorInfo };
      const { plan, transposeW } = attrs as unknown as GroupedAttributes;
      const wasm = backend as WasmBackend;
      const [, rows, columns] = w.shape as [number, number, number];
      const width = transposeW ? rows : columns;
      const out = wasm.makeOutput([plan.numRows, width], 'float32');
      const [wAt, outAt] = [offsetOf(wasm, w), offsetOf(wasm, out)];
      forEachExpert(plan, (e, first, last) => {
        const offset = wAt + e * rows * columns * 4;
        const weights = { offset, rows, columns, transposed: transposeW };
        multiply(wasm, rowsOf(wasm, x, first, last), weights, outAt + first * width * 4);
      });
      return out;
    },
  };
}

/** out[e] = x[rows of e]^T y[rows of e], one product per expert; exactly 0 for experts without rows. */
export function groupedOuterWasm(multiply: Multiply): KernelConfig {
  return {
    kernelName: 'MoeGroupedOuter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, y } = inputs as { x: TensorInfo; y: TensorInfo };
      const { plan } = attrs as unknown as GroupedAttributes;
      const wasm = backend as WasmBackend;
      const [a, b] = [x.shape[1]!, y.shape[1]!];
      const out = wasm.makeOutput([plan.numExperts, a, b], 'float32');
      const outAt = offsetOf(wasm, out);
      forEachExpert(plan, (e, first, last) => {
        const at = outAt + e * a * b * 4;
        if (first === last) floatsAt(wasm, at, a * b).fill(0);
        const left = { ...rowsOf(wasm, x, first, last), transposed: true };
        if (first < last) multiply(wasm, left, rowsOf(wasm, y, first, last), at);
      });
      return out;
    },
  };
}

function forEachExpert(
  plan: DispatchPlan,
  visit: (expert: number, first: number, last: number) => void,
): void {
  for (let e = 0; e < plan.numExperts; e++)
    visit(e, plan.expertOffsets[e]!, plan.expertOffsets[e + 1]!);
}

/** Rows first .. last - 1 of a matrix tensor. */
function rowsOf(backend: WasmBackend, info: TensorInfo, first: number, last: number): HeapMatrix {
  const columns = info.shape[1]!;
  const offset = offsetOf(backend, info) + first * columns * 4;
  return { offset, rows: last - first, columns, transposed: false };
}

import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

import type { GroupedAttributes } from '../host/grouped-matmul.js';
import type { DispatchPlan } from '../plan.js';
import type { WasmBackend } from './heap.js';
import { floatsAt, offsetOf, withScratch } from './heap.js';
import type { Multiply } from './multiply.js';
import { transposeOnHeap } from './multiply.js';

/** One product per expert that has rows, on the rows where they lie; w[e] is transposed into scratch if asked. */
export function groupedMatMulWasm(multiply: Multiply): KernelConfig {
  return {
    kernelName: 'MoeGroupedMatMul',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, w } = inputs as { x: TensorInfo; w: TensorInfo };
      const { plan, transposeW } = attrs as unknown as GroupedAttributes;
      const wasm = backend as WasmBackend;
      const [, a, b] = w.shape as [number, number, number];
      const [inner, outer] = transposeW ? [b, a] : [a, b];
      const out = wasm.makeOutput([plan.numRows, outer], 'float32');
      withScratch(wasm, transposeW ? a * b : 0, (scratch) => {
        const [xAt, wAt, outAt] = [x, w, out].map((info) => offsetOf(wasm, info)) as Offsets;
        forEachExpert(plan, (e, first, rows) => {
          const weights = { offset: wAt + e * a * b * 4, rows: a, columns: b };
          if (transposeW) transposeOnHeap(wasm, weights, scratch);
          multiply(
            wasm,
            { offset: xAt + first * inner * 4, rows, columns: inner },
            { offset: transposeW ? scratch : weights.offset, rows: inner, columns: outer },
            outAt + first * outer * 4,
          );
        });
      });
      return out;
    },
  };
}

/** out[e] = x[rows of e]^T y[rows of e]: the rows of x are transposed into scratch, one product per expert. */
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
      withScratch(wasm, largestGroup(plan) * a, (scratch) => {
        const [xAt, yAt, outAt] = [x, y, out].map((info) => offsetOf(wasm, info)) as Offsets;
        clearUnused(wasm, plan, outAt, a * b);
        forEachExpert(plan, (e, first, rows) => {
          transposeOnHeap(wasm, { offset: xAt + first * a * 4, rows, columns: a }, scratch);
          multiply(
            wasm,
            { offset: scratch, rows: a, columns: rows },
            { offset: yAt + first * b * 4, rows, columns: b },
            outAt + e * a * b * 4,
          );
        });
      });
      return out;
    },
  };
}

type Offsets = [number, number, number];

function forEachExpert(
  plan: DispatchPlan,
  visit: (expert: number, first: number, rows: number) => void,
): void {
  for (let e = 0; e < plan.numExperts; e++) {
    const [first, end] = [plan.expertOffsets[e]!, plan.expertOffsets[e + 1]!];
    if (end > first) visit(e, first, end - first);
  }
}

function largestGroup(plan: DispatchPlan): number {
  let largest = 0;
  forEachExpert(plan, (_e, _first, rows) => (largest = Math.max(largest, rows)));
  return largest;
}

/** Experts without rows have a gradient of exactly 0; outputs come uninitialised. */
function clearUnused(backend: WasmBackend, plan: DispatchPlan, outAt: number, size: number): void {
  for (let e = 0; e < plan.numExperts; e++) {
    if (plan.expertOffsets[e] !== plan.expertOffsets[e + 1]) continue;
    floatsAt(backend, outAt + e * size * 4, size).fill(0);
  }
}

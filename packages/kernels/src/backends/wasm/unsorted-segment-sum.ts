import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';

import type { WasmBackend } from './heap.js';
import { floatsAt, offsetOf } from './heap.js';

/**
 * out[j] = sum of x[i] over the i with segmentIds[i] = j, in order of i; ids outside 0 .. numSegments - 1 are dropped.
 * tfjs-wasm lacks it, and with it the gradient of `gather` (embeddings).
 */
export const unsortedSegmentSumKernel: KernelConfig = {
  kernelName: 'UnsortedSegmentSum',
  backendName: 'wasm',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
    const { numSegments } = attrs as { numSegments: number };
    const wasm = backend as WasmBackend;
    const count = util.sizeFromShape(segmentIds.shape);
    const inner = x.shape.slice(segmentIds.shape.length);
    const width = util.sizeFromShape(inner);
    const out = wasm.makeOutput([numSegments, ...inner], 'float32');
    const sums = floatsAt(wasm, offsetOf(wasm, out), numSegments * width).fill(0);
    const values = floatsAt(wasm, offsetOf(wasm, x), count * width);
    const ids = new Int32Array(values.buffer, offsetOf(wasm, segmentIds), count);
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      if (id < 0 || id >= numSegments) continue;
      for (let d = 0; d < width; d++) sums[id * width + d]! += values[i * width + d]!;
    }
    return out;
  },
};

import type { HostMemory } from '../contract/host-memory.js';
import type { WasmBackend } from './heap.js';

export const wasmMemory: HostMemory<WasmBackend> = {
  backendName: 'wasm',
  makeOutput: (wasm, shape) => wasm.makeOutput(shape, 'float32'),
  view: (wasm, tensor) => wasm.typedArrayFromHeap(tensor),
};

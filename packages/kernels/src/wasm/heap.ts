import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** What the kernels need of tfjs's wasm backend: its heap, and a way to name stretches of it as tensors. */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPF32: Float32Array;
    cwrap(name: string, returns: null, takes: readonly string[]): (...args: unknown[]) => void;
    _malloc(bytes: number): number;
    _free(offset: number): void;
    readonly tfjs: {
      registerTensor(id: number, size: number, offset: number): void;
      disposeData(id: number): void;
    };
  };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number } };
  dataIdNextNumber: number;
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
}

/** Byte offset of a tensor on the heap. */
export function offsetOf(backend: WasmBackend, info: TensorInfo): number {
  return backend.dataIdMap.get(info.dataId).memoryOffset;
}

/** `size` floats of the heap. A later allocation may move the heap and empty the view: take views last. */
export function floatsAt(backend: WasmBackend, offset: number, size: number): Float32Array {
  return backend.wasm.HEAPF32.subarray(offset / 4, offset / 4 + size);
}

/** Runs `use` with room for `size` floats that is freed afterwards. */
export function withScratch<Result>(
  backend: WasmBackend,
  size: number,
  use: (offset: number) => Result,
): Result {
  const offset = backend.wasm._malloc(Math.max(size, 1) * 4) >>> 0;
  try {
    return use(offset);
  } finally {
    backend.wasm._free(offset);
  }
}

import type { DataType, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';

/** The members of tfjs's wasm backend that the kernels need: its heap and its tensors' places on it. */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPF32: Float32Array;
    readonly asm: { readonly memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(offset: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: DataType): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): TypedArray;
}

/** Byte offset of a tensor on the heap. */
export function offsetOf(backend: WasmBackend, info: TensorInfo): number {
  return backend.dataIdMap.get(info.dataId).memoryOffset;
}

/** `size` floats of the heap. A later allocation may move the heap and empty the view: take views last. */
export function floatsAt(backend: WasmBackend, offset: number, size: number): Float32Array {
  return backend.wasm.HEAPF32.subarray(offset / 4, offset / 4 + size);
}

/** Puts arrays of indices on the heap while `use` runs. @param use takes the byte offset of each */
export function withIndices<Result>(
  { wasm }: WasmBackend,
  arrays: readonly Int32Array[],
  use: (offsets: number[]) => Result,
): Result {
  const total = arrays.reduce((sum, { length }) => sum + length, 0);
  const start = wasm._malloc(Math.max(4, total * 4)) >>> 0;
  try {
    const heap = new Int32Array(wasm.asm.memory.buffer, start, total);
    let at = 0;
    const offsets = arrays.map((array) => {
      heap.set(array, at);
      return start + 4 * (at += array.length) - 4 * array.length;
    });
    return use(offsets);
  } finally {
    wasm._free(start);
  }
}

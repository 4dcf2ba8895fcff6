import type { WasmBackend } from './heap.js';
import { floatsAt } from './heap.js';

/** A row-major matrix on the wasm heap. */
export interface HeapMatrix {
  /** Byte offset of its first element. */
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

/** out = a b for plain row-major matrices anywhere on the heap; `out` is a byte offset. */
export type Multiply = (backend: WasmBackend, a: HeapMatrix, b: HeapMatrix, out: number) => void;

/**
 * The one fast product of tfjs's wasm backend: XNNPACK, which it uses for a single product with neither side
 * transposed. Stretches of the heap are named as tensors for the length of the call, so nothing is copied; naming
 * them afresh also keeps XNNPACK from reusing a packed copy of weights that have changed since.
 */
export function createMultiply(): Multiply {
  let bound: { backend: WasmBackend; product: (...args: unknown[]) => void } | undefined;
  return (backend, a, b, out) => {
    if (bound?.backend !== backend) bound = { backend, product: bindProduct(backend) };
    const ids = [
      register(backend, a.offset, a.rows * a.columns),
      register(backend, b.offset, b.rows * b.columns),
      register(backend, out, a.rows * b.columns),
    ] as const;
    bound.product(ids[0], shapeBytes(a), 3, ids[1], shapeBytes(b), 3, 0, 0, ids[2]);
    for (const id of ids) backend.wasm.tfjs.disposeData(id);
  };
}

/** Writes the transpose of `from` to the byte offset `to`, in blocks that stay in the cache. */
export function transposeOnHeap(backend: WasmBackend, from: HeapMatrix, to: number): void {
  const { rows, columns } = from;
  const source = floatsAt(backend, from.offset, rows * columns);
  const target = floatsAt(backend, to, rows * columns);
  const block = 32;
  for (let r0 = 0; r0 < rows; r0 += block) {
    const r1 = Math.min(r0 + block, rows);
    for (let c0 = 0; c0 < columns; c0 += block) {
      const c1 = Math.min(c0 + block, columns);
      for (let r = r0; r < r1; r++) {
        for (let c = c0; c < c1; c++) target[c * rows + r] = source[r * columns + c]!;
      }
    }
  }
}

function bindProduct(backend: WasmBackend) {
  const n = 'number';
  return backend.wasm.cwrap('BatchMatMul', null, [n, 'array', n, n, 'array', n, n, n, n]);
}

function register(backend: WasmBackend, offset: number, size: number): number {
  const id = backend.dataIdNextNumber++;
  backend.wasm.tfjs.registerTensor(id, size, offset);
  return id;
}

function shapeBytes({ rows, columns }: HeapMatrix): Uint8Array {
  return new Uint8Array(Int32Array.of(1, rows, columns).buffer);
}

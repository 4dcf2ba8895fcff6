import type { WasmBackend } from './heap.js';
import type { WasmBuild, WasmProducts } from './module.js';
import { instantiate } from './module.js';

/** A matrix on the wasm heap. `transposed` exchanges rows and columns without moving anything. */
export interface HeapMatrix {
  /** Byte offset of its first element. */
  readonly offset: number;
  /** Rows and columns as stored, row-major. */
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
}

/** out = a b, with either side as stored or transposed; `out` is the byte offset of a row-major matrix. */
export type Multiply = (backend: WasmBackend, a: HeapMatrix, b: HeapMatrix, out: number) => void;

/** Binds the products to whatever wasm backend is current; scratch is taken from its heap once. */
export function createMultiply(build: WasmBuild): Multiply {
  let bound: { backend: WasmBackend; products: WasmProducts; scratch: number } | undefined;
  return (backend, a, b, out) => {
    if (bound?.backend !== backend) bound = bind(backend, build);
    const [m, k] = a.transposed ? [a.columns, a.rows] : [a.rows, a.columns];
    const n = b.transposed ? b.rows : b.columns;
    const [aRow, aColumn] = strides(a);
    const [bRow, bColumn] = strides(b);
    const { products, scratch } = bound;
    products.multiply(a.offset, aRow, aColumn, 0, b.offset, bRow, bColumn, out, m, k, n, scratch);
  };
}

function bind(backend: WasmBackend, build: WasmBuild) {
  const products = instantiate(build, backend.wasm.asm.memory);
  return { backend, products, scratch: backend.wasm._malloc(products.scratchBytes()) >>> 0 };
}

/** Bytes from one row and one column to the next, as the product sees them. */
function strides({ columns, transposed }: HeapMatrix): [number, number] {
  return transposed ? [4, columns * 4] : [columns * 4, 4];
}

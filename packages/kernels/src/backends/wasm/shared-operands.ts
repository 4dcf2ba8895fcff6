import type { WasmBackend } from './heap.js';
import { floatsAt } from './heap.js';
import type { HeapMatrix, Product } from './product.js';
import { sizesOf } from './product.js';

/**
 * Copies of what products read, and room for what they write, in a memory that threads share; tfjs's own heap cannot be
 * shared. An operand of several products (the tokens, a weight of several shares) is copied once.
 */
export class SharedOperands {
  readonly #backend: WasmBackend;
  readonly #memory: WebAssembly.Memory;
  readonly #copies = new Map<string, number>();
  readonly #results: { readonly from: number; readonly to: number; readonly size: number }[] = [];
  #end: number;

  /** @param start byte offset in the memory from which there is room */
  constructor(backend: WasmBackend, memory: WebAssembly.Memory, start: number) {
    this.#backend = backend;
    this.#memory = memory;
    this.#end = start;
  }

  /** The same product on the shared memory. */
  place(product: Product): Product {
    const { m, n } = sizesOf(product);
    const { a, b, bias, out } = product;
    const result = this.allocate(m * n);
    this.#results.push({ from: result, to: out, size: m * n });
    return {
      ...product,
      a: this.#placeLeft(a),
      b: { ...b, offset: this.#copy(b.offset, b.rows * b.columns) },
      bias: bias === undefined ? undefined : this.#copy(bias, n),
      out: result,
    };
  }

  /** Room for four-byte numbers. @returns its byte offset */
  allocate(size: number): number {
    const offset = this.#end;
    this.#end += Math.ceil(size / 4) * 16;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / 65536));
    return offset;
  }

  /** Copies what the threads have written to where the products wanted it. */
  collect(): void {
    for (const { from, to, size } of this.#results) {
      floatsAt(this.#backend, to, size).set(new Float32Array(this.#memory.buffer, from, size));
    }
  }

  #placeLeft(a: HeapMatrix): HeapMatrix {
    const { offset, rows, columns, stride = columns, indices, stored = rows } = a;
    const size = stored === 0 ? 0 : (stored - 1) * stride + columns;
    const placed = { ...a, offset: this.#copy(offset, size) };
    return indices === undefined ? placed : { ...placed, indices: this.#copy(indices, rows) };
  }

  /** Integers travel as floats do: bytes are copied. */
  #copy(offset: number, size: number): number {
    const key = `${offset} ${size}`;
    const known = this.#copies.get(key);
    if (known !== undefined) return known;
    const to = this.allocate(size);
    const bytes = new Uint8Array(this.#backend.wasm.asm.memory.buffer, offset, size * 4);
    new Uint8Array(this.#memory.buffer, to, size * 4).set(bytes);
    this.#copies.set(key, to);
    return to;
  }
}

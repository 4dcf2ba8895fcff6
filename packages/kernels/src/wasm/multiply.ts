import type { Bound } from './bind.js';

/** A matrix on the wasm heap. `transposed` exchanges rows and columns without moving anything. */
export interface HeapMatrix {
  /** Byte offset of its first element. */
  readonly offset: number;
  /** Rows and columns as stored, row-major. */
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
  /** Left sides: byte offset of int32 numbers of the rows that stand for rows 0, 1, ...; by default those stored there. */
  readonly indices?: number | undefined;
}

/** out = act(a b + bias), with either side as stored or transposed. */
export interface Product {
  readonly a: HeapMatrix;
  readonly b: HeapMatrix;
  /** Byte offset of one value for each column. Default none. */
  readonly bias?: number | undefined;
  readonly activation?: 'relu' | undefined;
  /** Byte offset of a row-major matrix. */
  readonly out: number;
}

/** Computes a product on the heap: the same bytes every time, and for a row whatever the other rows are. */
export function multiply({ kernels, scratch }: Bound, product: Product): void {
  const { a, b, bias = 0, activation, out } = product;
  const [m, k] = a.transposed ? [a.columns, a.rows] : [a.rows, a.columns];
  const n = b.transposed ? b.rows : b.columns;
  kernels.multiply(
    a.offset,
    a.columns * 4,
    a.transposed,
    a.indices ?? 0,
    b.offset,
    b.columns * 4,
    b.transposed,
    bias,
    activation === 'relu',
    out,
    m,
    k,
    n,
    scratch,
  );
}

import type { Bound } from './bind.js';

/** A matrix on the wasm heap. `transposed` exchanges rows and columns without moving anything. */
export interface HeapMatrix {
  /** Byte offset of its first element. */
  readonly offset: number;
  /** Rows and columns as stored, row-major. */
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
  /** Floats from one stored row to the next. By default its columns. */
  readonly stride?: number | undefined;
  /** Left sides: byte offset of int32 numbers of the rows that stand for rows 0, 1, ...; by default those stored there. */
  readonly indices?: number | undefined;
  /** With indices: rows that are there to be chosen. */
  readonly stored?: number | undefined;
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

/** Rows, columns and terms of a product: [m,k] x [k,n] -> [m,n]. */
export function sizesOf({ a, b }: Product): { m: number; k: number; n: number } {
  const [m, k] = a.transposed ? [a.columns, a.rows] : [a.rows, a.columns];
  return { m, k, n: b.transposed ? b.rows : b.columns };
}

/** Computes products on the heap: the same bytes every time, and for a row whatever the other rows are. */
export function multiplyAll(bound: Bound, products: readonly Product[]): void {
  if (bound.threads) bound.threads.multiplyAll(bound, products);
  else for (const product of products) multiply(bound, product);
}

export function multiply({ kernels, scratch }: Bound, product: Product): void {
  kernels.multiply(...multiplyArguments(product), scratch);
}

/** What the product is to assembly/index.ts, but for the scratch. */
export function multiplyArguments(product: Product) {
  const { a, b, bias = 0, activation, out } = product;
  const { m, k, n } = sizesOf(product);
  return [
    a.offset,
    (a.stride ?? a.columns) * 4,
    Number(a.transposed),
    a.indices ?? 0,
    b.offset,
    b.columns * 4,
    Number(b.transposed),
    bias,
    Number(activation === 'relu'),
    out,
    m,
    k,
    n,
  ] as const;
}

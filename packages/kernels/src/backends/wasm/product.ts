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

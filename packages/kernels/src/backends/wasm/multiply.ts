import type { Bound } from './bind.js';
import type { Product } from './product.js';
import { sizesOf } from './product.js';

/** Computes products on the heap: the same bytes every time, and for a row whatever the other rows are. */
export function multiplyAll(bound: Bound, products: readonly Product[]): void {
  if (bound.threads) bound.threads.multiplyAll(bound, products);
  else for (const product of products) multiply(bound, product);
}

export function multiply({ kernels, scratch }: Bound, product: Product): void {
  kernels.multiply(...multiplyArguments(product), scratch);
}

/** The arguments of the product in assembly/index.ts, without the scratch memory. */
export function multiplyArguments(product: Product) {
  const { a, b, bias = 0, activation, out } = product;
  const { m, k, n } = sizesOf(product);
  return [
    a.offset,
    (a.stride ?? a.columns) * 4,
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
  ] as const;
}

import type { HeapMatrix, Product } from './product.js';
import { sizesOf } from './product.js';

/**
 * Cuts products into shares of about equal FLOPs, between rows of their results: a large product (a popular expert) is
 * computed by several, and each row by one. @returns as many lists as `count`, in the order of `products`
 */
export function shareProducts(products: readonly Product[], count: number): Product[][] {
  const shares = Array.from({ length: count }, (): Product[] => []);
  const total = products.reduce((sum, product) => sum + workOf(product), 0);
  let done = 0;
  for (const product of products) {
    const { m } = sizesOf(product);
    const perRow = workOf(product) / Math.max(1, m);
    let row = 0;
    while (row < m) {
      const share = Math.min(count - 1, Math.floor((done * count) / total));
      const room = ((share + 1) * total) / count - done;
      const rows = share === count - 1 ? m - row : Math.min(m - row, wholeTiles(room / perRow));
      shares[share]!.push(rowsOfProduct(product, row, rows));
      done += rows * perRow;
      row += rows;
    }
  }
  return shares;
}

/** Multiplications of a product. */
export function workOf(product: Product): number {
  const { m, k, n } = sizesOf(product);
  return m * k * n;
}

function wholeTiles(rows: number): number {
  return Number.isFinite(rows) ? Math.max(4, Math.ceil(rows / 4) * 4) : Infinity;
}

/** Rows first .. first + rows - 1 of a result. */
function rowsOfProduct(product: Product, first: number, rows: number): Product {
  return {
    ...product,
    a: rowsOfLeft(product.a, first, rows),
    out: product.out + first * sizesOf(product).n * 4,
  };
}

function rowsOfLeft(a: HeapMatrix, first: number, rows: number): HeapMatrix {
  const stride = a.stride ?? a.columns;
  if (a.transposed) return { ...a, stride, columns: rows, offset: a.offset + first * 4 };
  if (a.indices !== undefined) return { ...a, rows, indices: a.indices + first * 4 };
  return { ...a, rows, offset: a.offset + first * stride * 4 };
}

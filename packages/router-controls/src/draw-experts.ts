import type { Rng } from '@moekit/core';

/** 0 .. n-1 in random order, or the first `count` of such an order. */
export function shuffled(rng: Rng, n: number, count = n): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const other = i + rng.integer(n - i);
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order.subarray(0, count);
}

/** Independent rows: each has k different experts of E, all equally likely. @returns int32 [rows * k] */
export function independentRows(rng: Rng, rows: number, numExperts: number, k: number): Int32Array {
  const table = new Int32Array(rows * k);
  for (let row = 0; row < rows; row++) table.set(shuffled(rng, numExperts, k), row * k);
  return table;
}

/**
 * Balanced rows: of every E in succession, counted from the first, each expert is in exactly k. A run of E rows is a random
 * order of the experts, written k times with k different random shifts. The first rows do not depend on how many follow.
 * @returns int32 [rows * k]
 */
export function balancedRows(rng: Rng, rows: number, numExperts: number, k: number): Int32Array {
  const table = new Int32Array(rows * k);
  for (let start = 0; start < rows; start += numExperts) {
    const order = shuffled(rng, numExperts);
    const shifts = shuffled(rng, numExperts, k);
    for (let i = 0; i < Math.min(numExperts, rows - start); i++) {
      shifts.forEach((shift, j) => {
        table[(start + i) * k + j] = order[(i + shift) % numExperts]!;
      });
    }
  }
  return table;
}

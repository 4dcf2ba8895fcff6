// Products of few rows, as a model answers with: packing the right side would cost more than multiplying by it, so it is
// read in place, row by row, and the sums wait in the first-level cache.

import { multiplyAdd, PANEL, TILE_ROWS } from './micro-kernel';
import { packLeft } from './pack-left';
import { storeTile } from './store';

/** Rows up to which it pays; the right side must not be transposed. */
export const FEW_ROWS: i32 = TILE_ROWS;

/** Columns whose sums wait at a time: 4 KiB. */
const COLUMNS: i32 = 256;
const SUM_STRIDE: usize = <usize>COLUMNS << 2;
const SUM_BYTES: usize = <usize>FEW_ROWS * SUM_STRIDE;
const LINE: usize = 16;

/** What `multiply` of index.ts computes, to the same bytes: the same sums over ascending k in blocks of `blockDepth`. */
export function multiplyFewRows(
  a: usize,
  aStride: usize,
  aTransposed: bool,
  aIndices: usize,
  b: usize,
  bStride: usize,
  bias: usize,
  relu: bool,
  c: usize,
  m: i32,
  k: i32,
  n: i32,
  blockDepth: i32,
  scratch: usize,
): void {
  const left = scratch + SUM_BYTES;
  const stride = <usize>n << 2;
  for (let k0 = 0; k0 < k; k0 += blockDepth) {
    const depth = min(blockDepth, k - k0);
    const whole = k0 + depth == k;
    packLeft(a, aStride, aTransposed, aIndices, 0, m, k0, depth, left);
    for (let j = 0; j < n; j += COLUMNS) {
      const columns = min(COLUMNS, n - j);
      const skip = <usize>j << 2;
      memory.fill(scratch, 0, SUM_BYTES);
      addTerms(left, b + <usize>k0 * bStride + skip, bStride, scratch, m, depth, columns);
      for (let p = 0; p < columns; p += PANEL) {
        const at = <usize>p << 2;
        const biasAt = whole && bias ? bias + skip + at : 0;
        const width = min(PANEL, columns - p);
        storeTile(scratch + at, SUM_STRIDE, c + skip + at, stride, m, width, k0 > 0, biasAt, whole && relu);
      }
    }
  }
}

/**
 * sums[i][j] += sum_k left[k][i] b[k][j], rows two by two: the second of the last two may be one of zeros, which nothing
 * is done with.
 */
function addTerms(
  left: usize,
  b: usize,
  bStride: usize,
  sums: usize,
  rows: i32,
  depth: i32,
  columns: i32,
): void {
  for (let k = 0; k < depth; ) {
    const terms = depth - k < 4 ? 1 : 4;
    for (let i = 0; i < rows; i += 2) {
      const pair = left + (<usize>(k * TILE_ROWS + i) << 2);
      const row = sums + <usize>i * SUM_STRIDE;
      if (terms == 4) addFour(pair, b, bStride, row, columns);
      else addOne(pair, b, row, columns);
    }
    b += <usize>terms * bStride;
    k += terms;
  }
}

/** Four terms of two rows: 8 values of the left side in registers, 2 sums, and b line by line. */
function addFour(left: usize, b: usize, bStride: usize, sums: usize, columns: i32): void {
  const p0 = v128.load32_splat(left);
  const q0 = v128.load32_splat(left, 4);
  const p1 = v128.load32_splat(left, 16);
  const q1 = v128.load32_splat(left, 20);
  const p2 = v128.load32_splat(left, 32);
  const q2 = v128.load32_splat(left, 36);
  const p3 = v128.load32_splat(left, 48);
  const q3 = v128.load32_splat(left, 52);
  let b1 = b + bStride;
  let b2 = b1 + bStride;
  let b3 = b2 + bStride;
  const end = b + (<usize>(columns & ~3) << 2);
  while (b < end) {
    let p = v128.load(sums);
    let q = v128.load(sums, SUM_STRIDE);
    let line = v128.load(b);
    p = multiplyAdd(p0, line, p);
    q = multiplyAdd(q0, line, q);
    line = v128.load(b1);
    p = multiplyAdd(p1, line, p);
    q = multiplyAdd(q1, line, q);
    line = v128.load(b2);
    p = multiplyAdd(p2, line, p);
    q = multiplyAdd(q2, line, q);
    line = v128.load(b3);
    p = multiplyAdd(p3, line, p);
    q = multiplyAdd(q3, line, q);
    v128.store(sums, p);
    v128.store(sums, q, SUM_STRIDE);
    sums += LINE;
    b += LINE;
    b1 += LINE;
    b2 += LINE;
    b3 += LINE;
  }
  const rest = columns & 3;
  if (rest == 0) return;
  addLine(p0, q0, loadFew(b, rest), sums);
  addLine(p1, q1, loadFew(b1, rest), sums);
  addLine(p2, q2, loadFew(b2, rest), sums);
  addLine(p3, q3, loadFew(b3, rest), sums);
}

/** One term of two rows. */
function addOne(left: usize, b: usize, sums: usize, columns: i32): void {
  const p = v128.load32_splat(left);
  const q = v128.load32_splat(left, 4);
  const end = b + (<usize>(columns & ~3) << 2);
  for (; b < end; b += LINE) {
    addLine(p, q, v128.load(b), sums);
    sums += LINE;
  }
  if (columns & 3) addLine(p, q, loadFew(b, columns & 3), sums);
}

// @ts-expect-error: decorator of AssemblyScript
@inline
function addLine(p: v128, q: v128, line: v128, sums: usize): void {
  v128.store(sums, multiplyAdd(p, line, v128.load(sums)));
  v128.store(sums, multiplyAdd(q, line, v128.load(sums, SUM_STRIDE)), SUM_STRIDE);
}

/** The last 1, 2 or 3 floats of a row, which may end where memory does, and zeros. */
function loadFew(from: usize, count: i32): v128 {
  let line = v128.load32_zero(from);
  if (count > 1) line = v128.load32_lane(from, line, 1, 4);
  if (count > 2) line = v128.load32_lane(from, line, 2, 8);
  return line;
}

// The kernels of moekit on WebAssembly. They work on memory they are given (tfjs's heap) and allocate nothing: every
// buffer, the scratch for packed operands included, comes as an address in bytes.

import { FEW_ROWS, multiplyFewRows } from './few-rows';
import { PANEL, tile, TILE_ROWS } from './micro-kernel';
import { packLeft } from './pack-left';
import { packRight } from './pack-right';
import { storeTile } from './store';

/** Rows of the right side packed at a time, and columns: a packed block of 256 KiB stays in the second-level cache. */
const BLOCK_K: i32 = 256;
const BLOCK_N: i32 = 256;

/** Rows of the left side packed at a time: 16 KiB, which with one panel of the right side fit the first-level cache. */
const BLOCK_M: i32 = 16;

const RIGHT_BYTES: usize = (<usize>BLOCK_K * BLOCK_N) << 2;
const LEFT_BYTES: usize = (<usize>BLOCK_K * BLOCK_M) << 2;
const TILE_BYTES: usize = (<usize>TILE_ROWS * PANEL) << 2;

/** Bytes of scratch that any product needs: a block of the right side, rows of the left and a tile of sums. */
export function scratchBytes(): usize {
  return RIGHT_BYTES + LEFT_BYTES + TILE_BYTES;
}

/**
 * c[i][j] = act(sum_k a[i][k] b[k][j] + bias[j]), [m,k] x [k,n] -> [m,n] row-major. Strides are the bytes from one stored
 * row of a side to the next; a transposed side is stored the other way round. `aIndices` (i32, or 0 for none) says which
 * stored rows of a stand for its rows 0, 1, ...; `bias` may be 0; act is relu or nothing.
 * Each sum runs over ascending k in blocks of 256, whatever m, n and the indices are: the same bytes every time.
 */
export function multiply(
  a: usize,
  aStride: usize,
  aTransposed: bool,
  aIndices: usize,
  b: usize,
  bStride: usize,
  bTransposed: bool,
  bias: usize,
  relu: bool,
  c: usize,
  m: i32,
  k: i32,
  n: i32,
  scratch: usize,
): void {
  const left = scratch + RIGHT_BYTES;
  const stride = <usize>n << 2;
  if (m == 0) return;
  if (k == 0) fillRows(c, m, n, bias, relu);
  if (m <= FEW_ROWS && !bTransposed) {
    multiplyFewRows(
      a, aStride, aTransposed, aIndices, b, bStride, bias, relu, c, m, k, n, BLOCK_K, scratch,
    ); // prettier-ignore
    return;
  }
  for (let n0 = 0; n0 < n; n0 += BLOCK_N) {
    const columns = min(BLOCK_N, n - n0);
    const skip = <usize>n0 << 2;
    for (let k0 = 0; k0 < k; k0 += BLOCK_K) {
      const depth = min(BLOCK_K, k - k0);
      const whole = k0 + depth == k;
      packRight(b, bStride, bTransposed, k0, depth, n0, columns, scratch);
      for (let i = 0; i < m; i += BLOCK_M) {
        const rows = min(BLOCK_M, m - i);
        packLeft(a, aStride, aTransposed, aIndices, i, rows, k0, depth, left);
        const at = c + <usize>i * stride + skip;
        const biasAt = whole && bias ? bias + skip : 0;
        multiplyBlock(left, scratch, depth, at, stride, rows, columns, k0 > 0, biasAt, whole && relu);
      }
    }
  }
}

/** Packed rows against every panel of a packed block: a panel meets all the rows while it is in the first-level cache. */
function multiplyBlock(
  left: usize,
  panel: usize,
  depth: i32,
  c: usize,
  stride: usize,
  rows: i32,
  columns: i32,
  accumulate: bool,
  bias: usize,
  relu: bool,
): void {
  const sums = left + LEFT_BYTES;
  for (let j = 0; j < columns; j += PANEL) {
    const width = min(PANEL, columns - j);
    const biasAt = bias ? bias + (<usize>j << 2) : 0;
    let at = c + (<usize>j << 2);
    let row = left;
    for (let i = rows; i > 0; i -= TILE_ROWS) {
      tile(row, panel, depth, sums);
      storeTile(sums, PANEL << 2, at, stride, i, width, accumulate, biasAt, relu);
      row += <usize>depth << 4;
      at += stride << 2;
    }
    panel += <usize>depth << 5;
  }
}

/** A product over no k: act(bias[j]) in every row. */
function fillRows(c: usize, m: i32, n: i32, bias: usize, relu: bool): void {
  for (let i = 0; i < m; i++) {
    for (let j: usize = 0; j < <usize>n << 2; j += 4) {
      const value: f32 = bias ? load<f32>(bias + j) : 0;
      store<f32>(c + j, relu && value < 0 ? 0 : value);
    }
    c += <usize>n << 2;
  }
}

export { combineRows, gatherRows, pairDots, reluGradient, spreadRows, sumRows } from './rows';

// The products of moekit on WebAssembly. Works on memory it is given (tfjs's heap) and allocates nothing: every buffer,
// the scratch for packed panels included, comes as an address in bytes.

import { PANEL, packPanels } from './pack';
import { tile1, tile4 } from './micro-kernel';

/** Rows of the right side packed at a time, and columns: a packed block of 256 KiB stays in the second-level cache. */
const BLOCK_K: i32 = 256;
const BLOCK_N: i32 = 256;

/** Bytes of scratch that any product needs. */
export function scratchBytes(): i32 {
  return BLOCK_K * BLOCK_N * 4;
}

/**
 * c[i][j] = sum_k a[row(i)][k] b[k][j]. Element (i, k) of a side is at i * rowStride + k * columnStride bytes, so a
 * transposed side is the same side with its strides exchanged. `rowIndices` (i32, or 0 for none) gathers rows of a.
 * c is row-major with m rows of n floats. Each sum runs over ascending k in blocks of 256: the same bytes every time.
 */
export function multiply(
  a: usize,
  aRowStride: usize,
  aColumnStride: usize,
  rowIndices: usize,
  b: usize,
  bRowStride: usize,
  bColumnStride: usize,
  c: usize,
  m: i32,
  k: i32,
  n: i32,
  scratch: usize,
): void {
  const stride = <usize>n << 2;
  if (k == 0) {
    memory.fill(c, 0, <usize>m * stride);
    return;
  }
  for (let n0 = 0; n0 < n; n0 += BLOCK_N) {
    const columns = min(BLOCK_N, n - n0);
    for (let k0 = 0; k0 < k; k0 += BLOCK_K) {
      const depth = min(BLOCK_K, k - k0);
      const block = b + <usize>k0 * bRowStride + <usize>n0 * bColumnStride;
      packPanels(block, bRowStride, bColumnStride, depth, columns, scratch);
      multiplyBlock(
        a + <usize>k0 * aColumnStride,
        aRowStride,
        aColumnStride,
        rowIndices,
        c + (<usize>n0 << 2),
        stride,
        m,
        depth,
        columns,
        scratch,
        k0 > 0,
      );
    }
  }
}

/** All rows of a against one packed block. */
function multiplyBlock(
  a: usize,
  rowStride: usize,
  step: usize,
  rowIndices: usize,
  c: usize,
  stride: usize,
  m: i32,
  depth: i32,
  columns: i32,
  packed: usize,
  accumulate: bool,
): void {
  const panelBytes = <usize>depth << 5;
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    const a0 = rowAddress(a, rowStride, rowIndices, i);
    const a1 = rowAddress(a, rowStride, rowIndices, i + 1);
    const a2 = rowAddress(a, rowStride, rowIndices, i + 2);
    const a3 = rowAddress(a, rowStride, rowIndices, i + 3);
    let panel = packed;
    for (let j = 0; j < columns; j += PANEL) {
      const at = c + (<usize>j << 2);
      const width = min(PANEL, columns - j);
      tile4(a0, a1, a2, a3, step, panel, depth, at, stride, width, accumulate);
      panel += panelBytes;
    }
    c += stride << 2;
  }
  for (; i < m; i++) {
    const row = rowAddress(a, rowStride, rowIndices, i);
    let panel = packed;
    for (let j = 0; j < columns; j += PANEL) {
      tile1(row, step, panel, depth, c + (<usize>j << 2), min(PANEL, columns - j), accumulate);
      panel += panelBytes;
    }
    c += stride;
  }
}

// @ts-expect-error: decorator of AssemblyScript
@inline
function rowAddress(a: usize, rowStride: usize, rowIndices: usize, i: i32): usize {
  const row = rowIndices ? load<i32>(rowIndices + (<usize>i << 2)) : i;
  return a + <usize>row * rowStride;
}

// The right side of a product, rearranged so that the tile reads it front to back: panels of 8 columns, each panel k rows
// of 8 floats, the last panel filled up with zeros.

import { PANEL } from './micro-kernel';
import { transposeBlock } from './transpose';

/** `depth` rows of the matrix (or of its transpose) from `row`, and `columns` columns from `column`. */
export function packRight(
  b: usize,
  stride: usize,
  transposed: bool,
  row: i32,
  depth: i32,
  column: i32,
  columns: i32,
  target: usize,
): void {
  if (transposed) {
    const from = b + <usize>column * stride + (<usize>row << 2);
    packTransposedPanels(from, stride, depth, columns, target);
  } else {
    packPanels(b + <usize>row * stride + (<usize>column << 2), stride, depth, columns, target);
  }
}

/** Columns of `source`, whose rows are `stride` bytes apart. */
function packPanels(
  source: usize,
  stride: usize,
  rows: i32,
  columns: i32,
  target: usize,
): void {
  for (let j = 0; j < columns; j += PANEL) {
    const from = source + (<usize>j << 2);
    const width = min(PANEL, columns - j);
    if (width == PANEL) copyPanel(from, stride, rows, target);
    else packEdge(from, stride, 4, rows, width, target);
    target += <usize>rows << 5;
  }
}

/** Columns of the transposed matrix: rows of what is stored. */
function packTransposedPanels(
  source: usize,
  stride: usize,
  rows: i32,
  columns: i32,
  target: usize,
): void {
  for (let j = 0; j < columns; j += PANEL) {
    const from = source + <usize>j * stride;
    const width = min(PANEL, columns - j);
    if (width == PANEL) transposePanel(from, stride, rows, target);
    else packEdge(from, 4, stride, rows, width, target);
    target += <usize>rows << 5;
  }
}

function copyPanel(from: usize, stride: usize, rows: i32, target: usize): void {
  for (let i = 0; i < rows; i++) {
    v128.store(target, v128.load(from));
    v128.store(target, v128.load(from, 16), 16);
    from += stride;
    target += 32;
  }
}

function transposePanel(from: usize, stride: usize, rows: i32, target: usize): void {
  const half = from + 4 * stride;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const skip = <usize>i << 2;
    transposeRows(from + skip, stride, target);
    transposeRows(half + skip, stride, target + 16);
    target += 128;
  }
  packEdge(from + (<usize>i << 2), 4, stride, rows - i, PANEL, target);
}

// @ts-expect-error: decorator of AssemblyScript
@inline
function transposeRows(from: usize, stride: usize, target: usize): void {
  transposeBlock(from, from + stride, from + 2 * stride, from + 3 * stride, target, 32);
}

/** Element (i, j) is at from + i * rowStride + j * columnStride (bytes); one float at a time. */
function packEdge(
  from: usize,
  rowStride: usize,
  columnStride: usize,
  rows: i32,
  width: i32,
  target: usize,
): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < PANEL; j++) {
      const value = j < width ? load<f32>(from + <usize>j * columnStride) : 0;
      store<f32>(target + (<usize>j << 2), value);
    }
    from += rowStride;
    target += 32;
  }
}

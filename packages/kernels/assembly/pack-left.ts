// The left side of a product, rearranged so that the tile reads it front to back: 4 rows at a time, the 4 values of one
// k side by side. A row may lie anywhere, so rows are gathered, and transposed sides read, here and nowhere else.

import { TILE_ROWS } from './micro-kernel';
import { transposeBlock } from './transpose';

/** A matrix of floats. `indices` (i32, or 0 for none) says which of the stored rows stand for rows 0, 1, ... */
// @ts-expect-error: decorator of AssemblyScript
@inline
export function rowAddress(matrix: usize, stride: usize, indices: usize, row: i32): usize {
  const stored = indices ? load<i32>(indices + (<usize>row << 2)) : row;
  return matrix + <usize>stored * stride;
}

/**
 * Rows `row` .. `row + rows - 1` of the matrix, their columns from `column` on, or of its transpose, in groups of 4; the
 * rows that the last group lacks are zeros.
 */
export function packLeft(
  a: usize,
  stride: usize,
  transposed: bool,
  indices: usize,
  row: i32,
  rows: i32,
  column: i32,
  depth: i32,
  target: usize,
): void {
  for (let r = 0; r < rows; r += TILE_ROWS) {
    const count = min(TILE_ROWS, rows - r);
    if (transposed) packColumns(a, stride, indices, row + r, count, column, depth, target);
    else packRows(a, stride, indices, row + r, count, column, depth, target);
    target += <usize>depth << 4;
  }
}

function packRows(
  a: usize,
  stride: usize,
  indices: usize,
  row: i32,
  rows: i32,
  column: i32,
  depth: i32,
  target: usize,
): void {
  const skip = <usize>column << 2;
  if (rows < TILE_ROWS) {
    memory.fill(target, 0, <usize>depth << 4);
    for (let r = 0; r < rows; r++) {
      scatterRow(rowAddress(a, stride, indices, row + r) + skip, depth, target + (<usize>r << 2));
    }
    return;
  }
  let a0 = rowAddress(a, stride, indices, row) + skip;
  let a1 = rowAddress(a, stride, indices, row + 1) + skip;
  let a2 = rowAddress(a, stride, indices, row + 2) + skip;
  let a3 = rowAddress(a, stride, indices, row + 3) + skip;
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    transposeBlock(a0, a1, a2, a3, target, 16);
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    target += 64;
  }
  scatterRow(a0, depth - k, target);
  scatterRow(a1, depth - k, target + 4);
  scatterRow(a2, depth - k, target + 8);
  scatterRow(a3, depth - k, target + 12);
}

/** The same of the transposed matrix: row r of it is column r of what is stored. */
function packColumns(
  a: usize,
  stride: usize,
  indices: usize,
  row: i32,
  rows: i32,
  column: i32,
  depth: i32,
  target: usize,
): void {
  const skip = <usize>row << 2;
  for (let k = 0; k < depth; k++) {
    const from = rowAddress(a, stride, indices, column + k) + skip;
    if (rows == TILE_ROWS) v128.store(target, v128.load(from));
    else copyFew(from, rows, target);
    target += 16;
  }
}

/** Consecutive floats, to every fourth place. */
function scatterRow(from: usize, depth: i32, target: usize): void {
  for (let k = 0; k < depth; k++) {
    store<f32>(target + (<usize>k << 4), load<f32>(from + (<usize>k << 2)));
  }
}

/** Fewer than 4 floats, and zeros behind them. */
function copyFew(from: usize, count: i32, target: usize): void {
  v128.store(target, f32x4.splat(0));
  for (let r: usize = 0; r < <usize>count << 2; r += 4) store<f32>(target + r, load<f32>(from + r));
}

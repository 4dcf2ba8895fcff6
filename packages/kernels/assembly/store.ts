// Stores a tile of sums: bias, activation, and where rows go.

import { PANEL, TILE_ROWS } from './micro-kernel';

/**
 * c[r][j] = act(sums[r][j] (+ c[r][j]) + bias[j]) for the first `rows` of a tile's 4 rows, which lie `sumStride` bytes apart,
 * and the first `width` of its 8 columns. `bias` may be 0; act is relu or nothing.
 */
export function storeTile(
  sums: usize,
  sumStride: usize,
  c: usize,
  stride: usize,
  rows: i32,
  width: i32,
  accumulate: bool,
  bias: usize,
  relu: bool,
): void {
  for (let r = min(rows, TILE_ROWS); r > 0; r--) {
    if (width >= PANEL) storeRow(sums, c, accumulate, bias, relu);
    else storeEdge(sums, c, width, accumulate, bias, relu);
    sums += sumStride;
    c += stride;
  }
}

// @ts-expect-error: decorator of AssemblyScript
@inline
function storeRow(sums: usize, c: usize, accumulate: bool, bias: usize, relu: bool): void {
  let s0 = v128.load(sums);
  let s1 = v128.load(sums, 16);
  if (accumulate) {
    s0 = f32x4.add(s0, v128.load(c));
    s1 = f32x4.add(s1, v128.load(c, 16));
  }
  if (bias) {
    s0 = f32x4.add(s0, v128.load(bias));
    s1 = f32x4.add(s1, v128.load(bias, 16));
  }
  if (relu) {
    s0 = f32x4.pmax(s0, f32x4.splat(0)); // s0 < 0 ? 0 : s0, so NaN stays
    s1 = f32x4.pmax(s1, f32x4.splat(0));
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
}

/** The last panel of a row: as many columns as there are. */
function storeEdge(
  sums: usize,
  c: usize,
  width: i32,
  accumulate: bool,
  bias: usize,
  relu: bool,
): void {
  for (let at: usize = 0; at < <usize>width << 2; at += 4) {
    let value = load<f32>(sums + at);
    if (accumulate) value += load<f32>(c + at);
    if (bias) value += load<f32>(bias + at);
    store<f32>(c + at, relu && value < 0 ? 0 : value);
  }
}

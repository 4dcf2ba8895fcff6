// Tiles of the product: a few rows of the left side times one packed panel of 8 columns, summed in registers over k.

/** a * b + c, rounded once where the build has relaxed SIMD. */
// @ts-expect-error: decorator of AssemblyScript
@inline
function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * c[0..3][0..7] = or += a[0..3][k] panel[k][0..7]. a0..a3 are the addresses of the four rows, so they may lie anywhere
 * (rows gathered on load); element k of a row is k * step bytes behind it (a transposed side has a long step).
 */
export function tile4(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  step: usize,
  panel: usize,
  k: i32,
  c: usize,
  stride: usize,
  width: i32,
  accumulate: bool,
): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  let at: usize = 0;
  for (const end = panel + (<usize>k << 5); panel < end; panel += 32) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    let a = v128.load32_splat(a0 + at);
    s00 = multiplyAdd(a, b0, s00);
    s01 = multiplyAdd(a, b1, s01);
    a = v128.load32_splat(a1 + at);
    s10 = multiplyAdd(a, b0, s10);
    s11 = multiplyAdd(a, b1, s11);
    a = v128.load32_splat(a2 + at);
    s20 = multiplyAdd(a, b0, s20);
    s21 = multiplyAdd(a, b1, s21);
    a = v128.load32_splat(a3 + at);
    s30 = multiplyAdd(a, b0, s30);
    s31 = multiplyAdd(a, b1, s31);
    at += step;
  }
  storeRow(c, s00, s01, width, accumulate);
  storeRow(c + stride, s10, s11, width, accumulate);
  storeRow(c + 2 * stride, s20, s21, width, accumulate);
  storeRow(c + 3 * stride, s30, s31, width, accumulate);
}

/** One row of the same: what is left below the last four, and matrix-vector products. */
export function tile1(
  a: usize,
  step: usize,
  panel: usize,
  k: i32,
  c: usize,
  width: i32,
  accumulate: bool,
): void {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  for (const end = panel + (<usize>k << 5); panel < end; panel += 32) {
    const value = v128.load32_splat(a);
    s0 = multiplyAdd(value, v128.load(panel), s0);
    s1 = multiplyAdd(value, v128.load(panel, 16), s1);
    a += step;
  }
  storeRow(c, s0, s1, width, accumulate);
}

// @ts-expect-error: decorator of AssemblyScript
@inline
function storeRow(c: usize, s0: v128, s1: v128, width: i32, accumulate: bool): void {
  if (width == 8) {
    if (accumulate) {
      s0 = f32x4.add(s0, v128.load(c));
      s1 = f32x4.add(s1, v128.load(c, 16));
    }
    v128.store(c, s0);
    v128.store(c, s1, 16);
  } else {
    storeEdge(c, s0, s1, width, accumulate);
  }
}

/** The last panel of a row: as many columns as there are. */
function storeEdge(c: usize, s0: v128, s1: v128, width: i32, accumulate: bool): void {
  for (let j = 0; j < width; j++) {
    let value = f32x4.extract_lane(s0, 0);
    if (j == 1) value = f32x4.extract_lane(s0, 1);
    else if (j == 2) value = f32x4.extract_lane(s0, 2);
    else if (j == 3) value = f32x4.extract_lane(s0, 3);
    else if (j == 4) value = f32x4.extract_lane(s1, 0);
    else if (j == 5) value = f32x4.extract_lane(s1, 1);
    else if (j == 6) value = f32x4.extract_lane(s1, 2);
    const at = c + (<usize>j << 2);
    store<f32>(at, accumulate ? load<f32>(at) + value : value);
  }
}

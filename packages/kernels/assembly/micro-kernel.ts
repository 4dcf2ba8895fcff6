// The tile of the product: 4 packed rows of the left side times one packed panel of 8 columns, 32 sums in registers.

/** Rows and columns of a tile: 8 registers of sums, and with 6 loads for one k 14 of the 15 that V8 has on x86. */
export const TILE_ROWS: i32 = 4;
export const PANEL: i32 = 8;

/** a * b + c, rounded once where the build has relaxed SIMD. */
// @ts-expect-error: decorator of AssemblyScript
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/**
 * sums[r][j] = sum_k left[k][r] panel[k][j] for 4 r and 8 j; `depth` is at least 1.
 *
 * V8 decides how this is written. It moves what is added up down to the end of a block, so without the exit between the
 * two steps of the loop all loads of both would want registers at once, and spill. And it keeps four addresses of `left`,
 * so anything else that is alive across the loop (where sums go and how, say: see store.ts) costs a reload in it.
 */
export function tile(left: usize, panel: usize, depth: i32, sums: usize): void {
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  const end = panel + (<usize>depth << 5);
  const last = end - 32;
  for (;;) {
    let b0 = v128.load(panel);
    let b1 = v128.load(panel, 16);
    let a = v128.load32_splat(left);
    s00 = multiplyAdd(a, b0, s00);
    s01 = multiplyAdd(a, b1, s01);
    a = v128.load32_splat(left, 4);
    s10 = multiplyAdd(a, b0, s10);
    s11 = multiplyAdd(a, b1, s11);
    a = v128.load32_splat(left, 8);
    s20 = multiplyAdd(a, b0, s20);
    s21 = multiplyAdd(a, b1, s21);
    a = v128.load32_splat(left, 12);
    s30 = multiplyAdd(a, b0, s30);
    s31 = multiplyAdd(a, b1, s31);
    if (panel == last) break;

    b0 = v128.load(panel, 32);
    b1 = v128.load(panel, 48);
    a = v128.load32_splat(left, 16);
    s00 = multiplyAdd(a, b0, s00);
    s01 = multiplyAdd(a, b1, s01);
    a = v128.load32_splat(left, 20);
    s10 = multiplyAdd(a, b0, s10);
    s11 = multiplyAdd(a, b1, s11);
    a = v128.load32_splat(left, 24);
    s20 = multiplyAdd(a, b0, s20);
    s21 = multiplyAdd(a, b1, s21);
    a = v128.load32_splat(left, 28);
    s30 = multiplyAdd(a, b0, s30);
    s31 = multiplyAdd(a, b1, s31);
    left += 32;
    panel += 64;
    if (panel == end) break;
  }
  v128.store(sums, s00);
  v128.store(sums, s01, 16);
  v128.store(sums, s10, 32);
  v128.store(sums, s11, 48);
  v128.store(sums, s20, 64);
  v128.store(sums, s21, 80);
  v128.store(sums, s30, 96);
  v128.store(sums, s31, 112);
}

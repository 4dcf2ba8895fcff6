// Rows moved between token order and expert order, and summed: speed of memory, in a fixed order. `width` counts floats;
// indices are i32. Nothing is rounded together (relaxed SIMD), so both builds give the same bytes.

/** out[i] = x[indices[i]] */
export function gatherRows(x: usize, indices: usize, out: usize, count: i32, width: i32): void {
  const bytes = <usize>width << 2;
  for (let i = 0; i < count; i++) {
    memory.copy(out, x + <usize>load<i32>(indices) * bytes, bytes);
    indices += 4;
    out += bytes;
  }
}

/**
 * out[t] = sum over the slots i of token t of weights[t, experts[rows[i]]] y[rows[i]], or of y[rows[i]] where weights is
 * 0; slots are in expert order. `offsets` has the first slot of each token, and their number behind the last.
 */
export function combineRows(
  y: usize,
  weights: usize,
  offsets: usize,
  rows: usize,
  experts: usize,
  out: usize,
  numTokens: i32,
  numExperts: i32,
  width: i32,
): void {
  const bytes = <usize>width << 2;
  for (let t = 0; t < numTokens; t++) {
    const first = rows + (<usize>load<i32>(offsets) << 2);
    const end = rows + (<usize>load<i32>(offsets, 4) << 2);
    let at: usize = 0;
    for (; at + 64 <= bytes; at += 64) {
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      for (let slot = first; slot < end; slot += 4) {
        const row = <usize>load<i32>(slot);
        const from = y + row * bytes + at;
        const scale = f32x4.splat(weightOf(weights, experts, row));
        s0 = f32x4.add(s0, f32x4.mul(scale, v128.load(from)));
        s1 = f32x4.add(s1, f32x4.mul(scale, v128.load(from, 16)));
        s2 = f32x4.add(s2, f32x4.mul(scale, v128.load(from, 32)));
        s3 = f32x4.add(s3, f32x4.mul(scale, v128.load(from, 48)));
      }
      v128.store(out + at, s0);
      v128.store(out + at, s1, 16);
      v128.store(out + at, s2, 32);
      v128.store(out + at, s3, 48);
    }
    for (; at < bytes; at += 4) {
      let sum: f32 = 0;
      for (let slot = first; slot < end; slot += 4) {
        const row = <usize>load<i32>(slot);
        sum += weightOf(weights, experts, row) * load<f32>(y + row * bytes + at);
      }
      store<f32>(out + at, sum);
    }
    offsets += 4;
    out += bytes;
    if (weights) weights += <usize>numExperts << 2;
  }
}

/** out[s] = weights[tokens[s], experts[s]] d[tokens[s]] */
export function spreadRows(
  d: usize,
  weights: usize,
  tokens: usize,
  experts: usize,
  out: usize,
  numRows: i32,
  numExperts: i32,
  width: i32,
): void {
  const bytes = <usize>width << 2;
  for (let s: usize = 0; s < <usize>numRows; s++) {
    const token = <usize>load<i32>(tokens + (s << 2));
    const from = d + token * bytes;
    const weight = weightOf(weights + ((token * <usize>numExperts) << 2), experts, s);
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      v128.store(out + at, f32x4.mul(f32x4.splat(weight), v128.load(from + at)));
    }
    for (; at < bytes; at += 4) store<f32>(out + at, weight * load<f32>(from + at));
    out += bytes;
  }
}

/** out[tokens[s], experts[s]] = <y[s], d[tokens[s]]>, 0 elsewhere; 16 partial sums, then those. */
export function pairDots(
  y: usize,
  d: usize,
  tokens: usize,
  experts: usize,
  out: usize,
  numTokens: i32,
  numExperts: i32,
  numRows: i32,
  width: i32,
): void {
  memory.fill(out, 0, ((<usize>numTokens * numExperts) << 2));
  for (let s: usize = 0; s < <usize>numRows; s++) {
    const token = <usize>load<i32>(tokens + (s << 2));
    const expert = <usize>load<i32>(experts + (s << 2));
    const dot = dotProduct(y, d + ((token * <usize>width) << 2), width);
    store<f32>(out + ((token * <usize>numExperts + expert) << 2), dot);
    y += <usize>width << 2;
  }
}

/** out[e] = sum of the rows offsets[e] .. offsets[e + 1] - 1 of y, in order. */
export function sumRows(y: usize, offsets: usize, out: usize, numExperts: i32, width: i32): void {
  const bytes = <usize>width << 2;
  memory.fill(out, 0, <usize>numExperts * bytes);
  for (let e = 0; e < numExperts; e++) {
    for (let s = load<i32>(offsets); s < load<i32>(offsets, 4); s++) {
      let at: usize = 0;
      for (; at + 16 <= bytes; at += 16) {
        v128.store(out + at, f32x4.add(v128.load(out + at), v128.load(y + at)));
      }
      for (; at < bytes; at += 4) store<f32>(out + at, load<f32>(out + at) + load<f32>(y + at));
      y += bytes;
    }
    offsets += 4;
    out += bytes;
  }
}

/** dx[i] = dy[i], but 0 where out[i] <= 0 */
export function reluGradient(dy: usize, out: usize, dx: usize, size: i32): void {
  const bytes = <usize>size << 2;
  const zero = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    v128.store(dx + at, v128.andnot(v128.load(dy + at), f32x4.le(v128.load(out + at), zero)));
  }
  for (; at < bytes; at += 4) store<f32>(dx + at, load<f32>(out + at) <= 0 ? 0 : load<f32>(dy + at));
}

/** `weights` are those of one token. */
// @ts-expect-error: decorator of AssemblyScript
@inline
function weightOf(weights: usize, experts: usize, row: usize): f32 {
  if (!weights) return 1;
  return load<f32>(weights + (<usize>load<i32>(experts + (row << 2)) << 2));
}

// @ts-expect-error: decorator of AssemblyScript
@inline
function dotProduct(a: usize, b: usize, size: i32): f32 {
  const bytes = <usize>size << 2;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 64 <= bytes; at += 64) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a + at), v128.load(b + at)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a + at, 16), v128.load(b + at, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a + at, 32), v128.load(b + at, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a + at, 48), v128.load(b + at, 48)));
  }
  const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  let sum = f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1);
  sum += f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3);
  for (; at < bytes; at += 4) sum += load<f32>(a + at) * load<f32>(b + at);
  return sum;
}

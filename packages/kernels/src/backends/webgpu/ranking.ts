/**
 * WGSL for the order of logits: `fn key(v)` is an integer that orders as the floats do, both zeros alike, so that no
 * rounding or flushing of the device touches a decision; `fn ahead(...)` lets ties go to the lower expert.
 */
export const rankingCode = /* wgsl */ `
  fn key(v : f32) -> i32 {
    let bits = bitcast<i32>(v);
    return select(bits, -(bits & 0x7fffffff), bits < 0);
  }
  fn ahead(other : f32, otherExpert : i32, own : f32, expert : i32) -> bool {
    let a = key(other);
    let b = key(own);
    return a > b || (a == b && otherExpert < expert);
  }
`;

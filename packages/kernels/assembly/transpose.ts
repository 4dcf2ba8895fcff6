/** 4 rows of 4 consecutive floats become 4 columns: rows `step` bytes apart. */
// @ts-expect-error: decorator of AssemblyScript
@inline
export function transposeBlock(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  target: usize,
  step: usize,
): void {
  const a = v128.load(a0);
  const b = v128.load(a1);
  const c = v128.load(a2);
  const d = v128.load(a3);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(target + step, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7));
  v128.store(target + 2 * step, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5));
  v128.store(target + 3 * step, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7));
}

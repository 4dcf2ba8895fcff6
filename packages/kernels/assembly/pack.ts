// The right side of a product, rearranged so that the micro-kernel reads it front to back: panels of 8 columns, each
// panel k rows of 8 floats, the last panel filled up with zeros.

/** Columns of a panel. */
export const PANEL: i32 = 8;

/** Element (i, j) of the source is at source + i * rowStride + j * columnStride (bytes). */
export function packPanels(
  source: usize,
  rowStride: usize,
  columnStride: usize,
  rows: i32,
  columns: i32,
  target: usize,
): void {
  for (let j = 0; j < columns; j += PANEL) {
    const from = source + <usize>j * columnStride;
    const width = min(PANEL, columns - j);
    if (width < PANEL) packEdge(from, rowStride, columnStride, rows, width, target);
    else if (columnStride == 4) packRows(from, rowStride, rows, target);
    else if (rowStride == 4) packColumns(from, columnStride, rows, target);
    else packEdge(from, rowStride, columnStride, rows, PANEL, target);
    target += <usize>rows * 32;
  }
}

/** Columns lie side by side: copy 8 floats a row. */
function packRows(from: usize, rowStride: usize, rows: i32, target: usize): void {
  for (let i = 0; i < rows; i++) {
    v128.store(target, v128.load(from));
    v128.store(target, v128.load(from, 16), 16);
    from += rowStride;
    target += 32;
  }
}

/** Rows lie side by side (a transposed matrix): transpose in blocks of 4 x 4. */
function packColumns(from: usize, columnStride: usize, rows: i32, target: usize): void {
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    transposeBlock(from, columnStride, target);
    transposeBlock(from + 4 * columnStride, columnStride, target + 16);
    from += 16;
    target += 128;
  }
  packEdge(from, 4, columnStride, rows - i, PANEL, target);
}

/** 4 columns of 4 consecutive floats become 4 rows, 32 bytes apart. */
// @ts-expect-error: decorator of AssemblyScript
@inline
function transposeBlock(from: usize, columnStride: usize, target: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + columnStride);
  const c = v128.load(from + 2 * columnStride);
  const d = v128.load(from + 3 * columnStride);
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5));
  v128.store(target, v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7), 32);
  v128.store(target, v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5), 64);
  v128.store(target, v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7), 96);
}

/** Any strides and any width, one float at a time. */
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

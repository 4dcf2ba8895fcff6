import { loadCode, storeCode } from './quads.js';
import { tableCode } from './table.js';
import type { Tile } from './tile.js';
import { threadsOf } from './tile.js';
import { unrolled } from './unrolled.js';

/** All rows of each expert; chunks of those experts that have more than one; the experts, given those chunks' sums. */
export type OuterRole = 'whole' | 'parts' | 'rest';

export interface OuterVariant {
  readonly tile: Tile;
  readonly width: 1 | 4;
  /** x holds tokens, gathered on load. */
  readonly fromTokens: boolean;
  readonly role: OuterRole;
}

/** A tile of matrix z: x^T y over the rows that `rowsOf` gives it. */
export function groupedOuterCode({ tile, width, fromTokens, role }: OuterVariant): string {
  const { rows, columns, inner, ownRows } = tile;
  const own = ownRows / 4;
  return /* wgsl */ `${tableCode}
  var<workgroup> xTile : array<vec4<f32>, ${(inner * rows) / 4}>; // [row][a / 4]
  var<workgroup> yTile : array<vec4<f32>, ${(inner * columns) / 4}>; // [row][b / 4]
  var<workgroup> chosen : vec2<i32>;

  ${loadCode('loadX', 'x', width)}
  ${loadCode('loadY', 'y', width)}
  ${role === 'rest' ? loadCode('loadPart', 'parts', width) : ''}
  ${storeCode(width)}
  fn rowsOfExpert(e : i32) -> vec2<i32> { return vec2<i32>(expertOffset(e), expertOffset(e + 1)); }
  ${rowsOf[role]}

  fn main() {
    let z = i32(workgroupId.z);
    if (localIndex == 0u) { chosen = rowsOf(z); }
    let rows = workgroupUniformLoad(&chosen);
    ${role === 'parts' ? 'if (rows.x == rows.y) { return; }' : ''}
    let a0 = i32(workgroupId.y) * ${rows};
    let b0 = i32(workgroupId.x) * ${columns};
    let tx = i32(localId.x);
    let ty = i32(localId.y);
    let a = a0 + ty * ${ownRows}; // this thread's part of the tile: rows from a on, columns from b on
    let b = b0 + tx * 4;
    ${unrolled(ownRows, (i) => `var sum${i} = vec4<f32>(0.0);`)}
    for (var row0 = rows.x; row0 < rows.y; row0 += ${inner}) {
      ${loadSide(tile, rows, `xTile[i] = loadX(${fromTokens ? 'tokenOf(row)' : 'row'}, a0 + at, uniforms.across, true);`)}
      ${loadSide(tile, columns, `yTile[i] = loadY(row, b0 + at, uniforms.along, true);`)}
      workgroupBarrier();
      let until = min(${inner}, rows.y - row0);
      if (a < uniforms.across && b < uniforms.along) {
        for (var row = 0; row < until; row++) {
          let y0 = yTile[row * ${columns / 4} + tx];
          ${unrolled(own, (q) => `let x${q} = xTile[row * ${rows / 4} + ty * ${own} + ${q}];`)}
          ${unrolled(ownRows, (i) => `sum${i} = fma(y0, vec4<f32>(x${Math.floor(i / 4)}[${i % 4}]), sum${i});`)}
        }
      }
      workgroupBarrier();
    }
    ${role === 'rest' ? addParts(ownRows) : ''}
    ${unrolled(ownRows, storeLine)}
  }`;
}

/** Whether an expert's rows go by chunks: they are more than one chunk's, and end within the chunks that there are. */
const byChunks = /* wgsl */ `
  fn byChunks(rows : vec2<i32>) -> bool {
    return rows.y - rows.x > uniforms.chunk && rows.y <= uniforms.chunked;
  }`;

/**
 * A chunk is rows c * chunk to (c + 1) * chunk, of whichever experts. Of those with more rows than a chunk, one at most
 * holds its first row, and has partial sum 2 c, and one other its last, and has 2 c + 1.
 */
const rowsOf: Record<OuterRole, string> = {
  whole: /* wgsl */ `fn rowsOf(e : i32) -> vec2<i32> { return rowsOfExpert(e); }`,
  parts: /* wgsl */ `${byChunks}
  fn rowsOf(part : i32) -> vec2<i32> {
    let first = part / 2 * uniforms.chunk;
    let until = min(first + uniforms.chunk, uniforms.numRows);
    let e = expertOf(select(first, until - 1, part % 2 == 1));
    if (e < 0 || (part % 2 == 1 && e == expertOf(first))) { return vec2<i32>(0); }
    let rows = rowsOfExpert(e);
    if (!byChunks(rows)) { return vec2<i32>(0); }
    return vec2<i32>(max(rows.x, first), min(rows.y, until));
  }`,
  rest: /* wgsl */ `${byChunks}
  fn rowsOf(e : i32) -> vec2<i32> {
    let rows = rowsOfExpert(e);
    return select(rows, vec2<i32>(0), byChunks(rows));
  }`,
};

/** The sums of an expert's chunks, in order. */
const addParts = (ownRows: number) => /* wgsl */ `
    let all = rowsOfExpert(z);
    if (byChunks(all)) {
      for (var c = all.x / uniforms.chunk; c * uniforms.chunk < all.y; c++) {
        let part = 2 * c + i32(c * uniforms.chunk < all.x);
        ${unrolled(ownRows, (i) => `sum${i} += loadPart(part * uniforms.across + a + ${i}, b, uniforms.along, a + ${i} < uniforms.across);`)}
      }
    }`;

/** Loads `inner` rows of one side, each `span` numbers of it; rows from the last on are left as they are. */
function loadSide(tile: Tile, span: number, load: string): string {
  const [across, down] = threadsOf(tile);
  const quads = span / 4;
  return `for (var i = i32(localIndex); i < ${tile.inner * quads}; i += ${across * down}) {
    let row = row0 + i / ${quads};
    let at = i % ${quads} * 4;
    if (row < rows.y) { ${load} }
  }`;
}

const storeLine = (i: number) => `if (a + ${i} < uniforms.across) {
    store(z * uniforms.across + a + ${i}, b, uniforms.along, sum${i});
  }`;

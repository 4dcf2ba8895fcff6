import type { DispatchPlan } from '../../plan/plan.js';
import { tileRowsOf } from './tile.js';

type Sizes = Pick<DispatchPlan, 'numTokens' | 'numExperts' | 'numRows'>;

/**
 * The places of the parts of a device plan in its one int32 table:
 *
 *     S | expertOffsets [E+1] | tokenOffsets [T+1] | tokenIndices [R] | expertIndices [R] | tokenRows [R] | M | tiles [M,2]
 *
 * Tiles are (expert, first row), M of them. The host knows only that there are at most R / (rows of a tile) + E: a tile
 * never holds rows of two experts, so each expert may end in a part of a tile.
 */
export function tableLayout(sizes: Sizes) {
  const { numTokens, numExperts, numRows } = sizes;
  const tokenOffsetsAt = 1 + numExperts + 1;
  const tokensAt = tokenOffsetsAt + numTokens + 1;
  const expertsAt = tokensAt + numRows;
  const tokenRowsAt = expertsAt + numRows;
  const tilesAt = tokenRowsAt + numRows;
  const mostTiles = Math.floor(numRows / tileRowsOf(sizes)) + numExperts;
  return { tokenOffsetsAt, tokensAt, expertsAt, tokenRowsAt, tilesAt, mostTiles };
}

export function tableSize(sizes: Sizes): number {
  const { tilesAt, mostTiles } = tableLayout(sizes);
  return tilesAt + 1 + 2 * mostTiles;
}

/** The uniforms that `tableCode` and the stages over planned rows read. */
export function tableUniforms(sizes: Sizes): Record<string, number> {
  return { numExperts: sizes.numExperts, numRows: sizes.numRows, ...tableLayout(sizes) };
}

/** WGSL to read a table that is bound as `table`. */
export const tableCode = /* wgsl */ `
  // The mask held more pairs than the caller said it could: results become NaN rather than wrong.
  fn overflowed() -> bool { return table[0] > uniforms.numRows; }
  fn expertOffset(e : i32) -> i32 { return table[1 + e]; }
  fn tokenOffset(t : i32) -> i32 { return table[uniforms.tokenOffsetsAt + t]; }
  fn tokenOf(row : i32) -> i32 { return table[uniforms.tokensAt + row]; }
  fn expertOf(row : i32) -> i32 { return table[uniforms.expertsAt + row]; }
  fn tokenRow(slot : i32) -> i32 { return table[uniforms.tokenRowsAt + slot]; }
  fn numTiles() -> i32 { return table[uniforms.tilesAt]; }
  fn tileOf(i : i32) -> vec2<i32> {
    return vec2<i32>(table[uniforms.tilesAt + 1 + 2 * i], table[uniforms.tilesAt + 2 + 2 * i]);
  }
`;

import { loadCode, storeCode } from './quads.js';
import { tableCode } from './table.js';

export interface GroupedMatMulVariant {
  readonly transposeW: boolean;
  /** 4: both sizes are multiples of 4 and the buffers are read as vec4. */
  readonly width: 1 | 4;
  readonly tileRows: number;
}

/** Rows k .. k+31 of the expert's matrix, 64 columns: w[k][n] lies at k * outer + n. */
const loadPlain = /* wgsl */ `
  for (var i = i32(localIndex); i < 512; i += 256) {
    let k = k0 + i / 16;
    let n = column0 + i % 16 * 4;
    wTile[i / 16][i % 16] = loadW(base + k * uniforms.outer, n, select(0, uniforms.outer, k < uniforms.inner));
  }
`;

/** The same of a matrix stored as [N,K]: blocks of 4 x 4, read along k and turned in registers. */
const loadTransposed = /* wgsl */ `
  if (localIndex < 128u) {
    let k = i32(localIndex) % 8 * 4;
    let n = i32(localIndex) / 8;
    var block : mat4x4<f32>;
    for (var j = 0; j < 4; j++) {
      let row = column0 + n * 4 + j;
      block[j] = loadW(base + row * uniforms.inner, k0 + k, select(0, uniforms.inner, row < uniforms.outer));
    }
    block = transpose(block);
    for (var j = 0; j < 4; j++) { wTile[k + j][n] = block[j]; }
  }
`;

/**
 * A tile of 64 x 64 results, 4 x 4 for each of 16 x 16 threads, 32 steps of the inner dimension at a time: 16 KiB of
 * workgroup memory, what every WebGPU device has. Sums run in the order of the inner dimension.
 */
export function groupedMatMulCode({ transposeW, width, tileRows }: GroupedMatMulVariant): string {
  return /* wgsl */ `${tableCode}
  var<workgroup> xTile : array<array<vec4<f32>, 8>, ${tileRows}>; // [row][k / 4]
  var<workgroup> wTile : array<array<vec4<f32>, 16>, 32>; // [k][column / 4]
  var<workgroup> chosen : vec3<i32>;

  ${loadCode('loadX', 'x', width)}
  ${loadCode('loadW', 'w', width)}
  ${storeCode(width)}

  fn main() {
    if (localIndex == 0u) {
      let found = tileOf(i32(workgroupId.y));
      var until = uniforms.numRows;
      if (found.x >= 0) { until = expertOffset(found.x + 1); }
      chosen = vec3<i32>(found, min(found.y + ${tileRows}, until));
    }
    let tile = workgroupUniformLoad(&chosen); // expert, first row, end
    if (tile.x == -2) { return; }
    let column0 = i32(workgroupId.x) * 64;
    let tx = i32(localId.x);
    let row0 = i32(localId.y) * 4;
    let busy = tile.y + row0 < tile.z;
    var sums : array<vec4<f32>, 4>;
    if (tile.x >= 0) {
      let base = tile.x * uniforms.inner * uniforms.outer;
      for (var k0 = 0; k0 < uniforms.inner; k0 += 32) {
        for (var i = i32(localIndex); i < ${tileRows * 8}; i += 256) {
          let row = tile.y + i / 8;
          xTile[i / 8][i % 8] = loadX(row * uniforms.inner, k0 + i % 8 * 4, select(0, uniforms.inner, row < tile.z));
        }
        ${transposeW ? loadTransposed : loadPlain}
        workgroupBarrier();
        if (busy) {
          for (var k = 0; k < 8; k++) {
            let w0 = wTile[4 * k][tx];
            let w1 = wTile[4 * k + 1][tx];
            let w2 = wTile[4 * k + 2][tx];
            let w3 = wTile[4 * k + 3][tx];
            for (var i = 0; i < 4; i++) {
              let scale = xTile[row0 + i][k];
              sums[i] = fma(w0, vec4<f32>(scale.x), sums[i]);
              sums[i] = fma(w1, vec4<f32>(scale.y), sums[i]);
              sums[i] = fma(w2, vec4<f32>(scale.z), sums[i]);
              sums[i] = fma(w3, vec4<f32>(scale.w), sums[i]);
            }
          }
        }
        workgroupBarrier();
      }
    }
    for (var i = 0; i < 4; i++) {
      let row = tile.y + row0 + i;
      if (row < tile.z) { store(row * uniforms.outer, column0 + tx * 4, uniforms.outer, sums[i]); }
    }
  }`;
}

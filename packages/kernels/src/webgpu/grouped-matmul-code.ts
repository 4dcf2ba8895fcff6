import { loadCode, storeCode } from './quads.js';
import { tableCode } from './table.js';
import { unrolled } from './unrolled.js';

/** Threads of a workgroup, 16 across: each owns 4 columns and 8 rows of the tile. */
const THREADS = 128;
const OWN_ROWS = 8;

export interface GroupedMatMulVariant {
  readonly transposeW: boolean;
  /** 4: both sizes are multiples of 4 and the buffers are read as vec4. */
  readonly width: 1 | 4;
  readonly tileRows: number;
}

/** Rows k .. k+31 of the expert's matrix, 64 columns: w[k][n] lies at k * outer + n. */
const loadPlain = /* wgsl */ `
  for (var i = i32(localIndex); i < 512; i += ${THREADS}) {
    let k = k0 + i / 16;
    let n = column0 + i % 16 * 4;
    wTile[i / 16][i % 16] = loadW(base + k * uniforms.outer, n, select(0, uniforms.outer, k < uniforms.inner));
  }
`;

/** The same of a matrix stored as [N,K]: blocks of 4 x 4, read along k and turned in registers. */
const loadTransposed = /* wgsl */ `
  {
    let k = i32(localIndex) % 8 * 4;
    let n = i32(localIndex) / 8;
    let row = column0 + n * 4;
    ${unrolled(4, (j) => `let line${j} = loadW(base + (row + ${j}) * uniforms.inner, k0 + k, select(0, uniforms.inner, row + ${j} < uniforms.outer));`)}
    let block = transpose(mat4x4<f32>(line0, line1, line2, line3));
    ${unrolled(4, (j) => `wTile[k + ${j}][n] = block[${j}];`)}
  }
`;

/**
 * A tile of 64 x 64 results, 8 x 4 for each of 8 x 16 threads, 32 steps of the inner dimension at a time: 16 KiB of
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
    let row0 = i32(localId.y) * ${OWN_ROWS};
    let busy = tile.y + row0 < tile.z && column0 + tx * 4 < uniforms.outer;
    ${unrolled(OWN_ROWS, (i) => `var sum${i} = vec4<f32>(0.0);`)}
    if (tile.x >= 0) {
      let base = tile.x * uniforms.inner * uniforms.outer;
      for (var k0 = 0; k0 < uniforms.inner; k0 += 32) {
        for (var i = i32(localIndex); i < ${tileRows * 8}; i += ${THREADS}) {
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
            ${unrolled(OWN_ROWS, addScaled)}
          }
        }
        workgroupBarrier();
      }
    }
    ${unrolled(OWN_ROWS, storeRow)}
  }`;
}

const addScaled = (i: number) => `let scale${i} = xTile[row0 + ${i}][k];
  sum${i} = fma(w0, vec4<f32>(scale${i}.x), sum${i});
  sum${i} = fma(w1, vec4<f32>(scale${i}.y), sum${i});
  sum${i} = fma(w2, vec4<f32>(scale${i}.z), sum${i});
  sum${i} = fma(w3, vec4<f32>(scale${i}.w), sum${i});`;

const storeRow = (i: number) => `if (tile.y + row0 + ${i} < tile.z) {
    store((tile.y + row0 + ${i}) * uniforms.outer, column0 + tx * 4, uniforms.outer, sum${i});
  }`;

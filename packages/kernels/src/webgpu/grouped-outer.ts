import { loadCode, storeCode } from './quads.js';
import type { PlannedStage } from './rows.js';
import { tableCode, tableUniforms } from './table.js';
import { unrolled } from './unrolled.js';

/**
 * out[e] = x^T y over the rows of expert e: [R,A] x [R,B] -> [E,A,B]; 0 for an expert without rows.
 * One workgroup for each expert and 64 x 64 tile of its matrix walks the expert's rows in order: no atomics, and the
 * same bytes every time.
 */
export const groupedOuterStage: PlannedStage = {
  kernelName: 'MoeGroupedOuter',
  stage: ({ x, y, table }, { plan }) => {
    const [a, b] = [x!.shape[1]!, y!.shape[1]!];
    const width = a % 4 === 0 && b % 4 === 0 ? 4 : 1;
    return {
      name: 'MoeGroupedOuter',
      inputs: { x: x!, y: y!, table: table! },
      shape: [plan.numExperts, a, b],
      width,
      integers: { ...tableUniforms(plan), across: a, along: b },
      code: groupedOuterCode(width),
      over: {
        groups: [Math.ceil(b / 64), Math.ceil(a / 64), plan.numExperts],
        threads: [16, 8, 1],
      },
    };
  },
};

const addRow = (r: number) => `
  let low${r} = xTile[row + ${r}][2 * ty];
  let high${r} = xTile[row + ${r}][2 * ty + 1];
  let y${r} = yTile[row + ${r}][tx];
  ${unrolled(8, (i) => `sum${i} = fma(y${r}, vec4<f32>(${i < 4 ? 'low' : 'high'}${r}.${'xyzw'[i % 4]}), sum${i});`)}`;

const storeLine = (i: number) => `if (a0 + ty * 8 + ${i} < uniforms.across) {
    store((e * uniforms.across + a0 + ty * 8 + ${i}) * uniforms.along, b0 + tx * 4, uniforms.along, sum${i});
  }`;

const groupedOuterCode = (width: 1 | 4) => /* wgsl */ `${tableCode}
  var<workgroup> xTile : array<array<vec4<f32>, 16>, 32>; // [row][a / 4]
  var<workgroup> yTile : array<array<vec4<f32>, 16>, 32>; // [row][b / 4]
  var<workgroup> chosen : vec2<i32>;

  ${loadCode('loadX', 'x', width)}
  ${loadCode('loadY', 'y', width)}
  ${storeCode(width)}

  fn main() {
    let e = i32(workgroupId.z);
    if (localIndex == 0u) { chosen = vec2<i32>(expertOffset(e), expertOffset(e + 1)); }
    let rows = workgroupUniformLoad(&chosen);
    let a0 = i32(workgroupId.y) * 64;
    let b0 = i32(workgroupId.x) * 64;
    let tx = i32(localId.x);
    let ty = i32(localId.y);
    ${unrolled(8, (i) => `var sum${i} = vec4<f32>(0.0);`)}
    for (var row0 = rows.x; row0 < rows.y; row0 += 32) {
      for (var i = i32(localIndex); i < 512; i += 128) {
        let row = row0 + i / 16;
        let at = i % 16 * 4;
        let there = row < rows.y;
        xTile[i / 16][i % 16] = loadX(row * uniforms.across, a0 + at, select(0, uniforms.across, there));
        yTile[i / 16][i % 16] = loadY(row * uniforms.along, b0 + at, select(0, uniforms.along, there));
      }
      workgroupBarrier();
      let until = min(32, rows.y - row0);
      for (var row = 0; row < until; row += 4) { // rows from the end on are zero
        ${unrolled(4, addRow)}
      }
      workgroupBarrier();
    }
    ${unrolled(8, storeLine)}
  }
`;

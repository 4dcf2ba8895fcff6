import type { OuterAttributes } from '../linear.js';
import { loadCode, storeCode } from './quads.js';
import type { PlannedStage } from './rows.js';
import { tableCode, tableUniforms } from './table.js';
import type { Tile } from './tile.js';
import { outerTile, threadsOf, tileKey } from './tile.js';
import { unrolled } from './unrolled.js';

interface OuterVariant {
  readonly tile: Tile;
  readonly width: 1 | 4;
  /** x holds tokens, gathered on load. */
  readonly fromTokens: boolean;
}

/**
 * out[e] = x^T y over the rows of expert e: [R,A] x [R,B] -> [E,A,B]; 0 for an expert without rows. x may hold
 * tokens, whose rows are gathered while they are loaded.
 * One workgroup for each expert and tile of its matrix walks the expert's rows in order: no atomics, and the same bytes
 * every time.
 */
export const groupedOuterStage: PlannedStage<OuterAttributes> = {
  kernelName: 'MoeGroupedOuter',
  stage: ({ x, y, table }, { plan, fromTokens = false }) => {
    const [a, b] = [x!.shape[1]!, y!.shape[1]!];
    const tile = outerTile(a, b);
    const width = a % 4 === 0 && b % 4 === 0 ? 4 : 1;
    return {
      name: `MoeGroupedOuter_${tileKey(tile)}${fromTokens ? '_fromTokens' : ''}`,
      inputs: { x: x!, y: y!, table: table! },
      shape: [plan.numExperts, a, b],
      width,
      integers: { ...tableUniforms(plan), across: a, along: b },
      code: groupedOuterCode({ tile, width, fromTokens }),
      over: {
        groups: [Math.ceil(b / tile.columns), Math.ceil(a / tile.rows), plan.numExperts],
        threads: threadsOf(tile),
      },
    };
  },
};

function groupedOuterCode({ tile, width, fromTokens }: OuterVariant): string {
  const { rows, columns, inner, ownRows } = tile;
  const own = ownRows / 4;
  return /* wgsl */ `${tableCode}
  var<workgroup> xTile : array<vec4<f32>, ${(inner * rows) / 4}>; // [row][a / 4]
  var<workgroup> yTile : array<vec4<f32>, ${(inner * columns) / 4}>; // [row][b / 4]
  var<workgroup> chosen : vec2<i32>;

  ${loadCode('loadX', 'x', width)}
  ${loadCode('loadY', 'y', width)}
  ${storeCode(width)}

  fn main() {
    let e = i32(workgroupId.z);
    if (localIndex == 0u) { chosen = vec2<i32>(expertOffset(e), expertOffset(e + 1)); }
    let rows = workgroupUniformLoad(&chosen);
    let a0 = i32(workgroupId.y) * ${rows};
    let b0 = i32(workgroupId.x) * ${columns};
    let tx = i32(localId.x);
    let ty = i32(localId.y);
    ${unrolled(ownRows, (i) => `var sum${i} = vec4<f32>(0.0);`)}
    for (var row0 = rows.x; row0 < rows.y; row0 += ${inner}) {
      ${loadSide(tile, rows, `xTile[i] = loadX(${fromTokens ? 'tokenOf(row)' : 'row'}, a0 + at, uniforms.across, true);`)}
      ${loadSide(tile, columns, `yTile[i] = loadY(row, b0 + at, uniforms.along, true);`)}
      workgroupBarrier();
      let until = min(${inner}, rows.y - row0);
      if (a0 + ty * ${ownRows} < uniforms.across && b0 + tx * 4 < uniforms.along) {
        for (var row = 0; row < until; row++) {
          let y0 = yTile[row * ${columns / 4} + tx];
          ${unrolled(own, (q) => `let x${q} = xTile[row * ${rows / 4} + ty * ${own} + ${q}];`)}
          ${unrolled(ownRows, (i) => `sum${i} = fma(y0, vec4<f32>(x${Math.floor(i / 4)}[${i % 4}]), sum${i});`)}
        }
      }
      workgroupBarrier();
    }
    ${unrolled(ownRows, (i) => storeLine(i, ownRows))}
  }`;
}

/** Loads `inner` rows of one side, each `span` numbers of it; rows from the expert's end on are left as they are. */
function loadSide(tile: Tile, span: number, load: string): string {
  const [across, down] = threadsOf(tile);
  const quads = span / 4;
  return `for (var i = i32(localIndex); i < ${tile.inner * quads}; i += ${across * down}) {
    let row = row0 + i / ${quads};
    let at = i % ${quads} * 4;
    if (row < rows.y) { ${load} }
  }`;
}

const storeLine = (
  i: number,
  ownRows: number,
) => `if (a0 + ty * ${ownRows} + ${i} < uniforms.across) {
    store(e * uniforms.across + a0 + ty * ${ownRows} + ${i}, b0 + tx * 4, uniforms.along, sum${i});
  }`;

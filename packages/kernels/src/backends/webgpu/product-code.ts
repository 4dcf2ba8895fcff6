import { loadCode, storeCode } from './quads.js';
import { tableCode } from './table.js';
import type { Tile } from './tile.js';
import { threadsOf } from './tile.js';
import { unrolled } from './unrolled.js';

/** Everything that the source of a product depends on. */
export interface ProductVariant {
  readonly tile: Tile;
  /** Reads w[e] as stored [N,K]. */
  readonly transposeW: boolean;
  /** 4: both sizes are multiples of 4 and the buffers are read as vec4. */
  readonly width: 1 | 4;
  /** x holds tokens; each row of the tile is gathered while it is loaded. */
  readonly fromTokens: boolean;
  readonly bias: boolean;
  readonly relu: boolean;
  /** w holds pairs of f16, see `half-weights.ts`. */
  readonly half: boolean;
}

/**
 * out[s] = relu(x[s] w[expert(s)] + bias[expert(s)]), a tile of one expert's rows at a time. The workgroups of one span
 * of columns share the tiles that the plan has, then the unused rows, which become zeros: a workgroup beyond
 * the tiles costs a device little, but a software adapter a quarter of a full one.
 * Tiles of x and w pass through workgroup memory; a thread's block of results stays in registers. Sums run in the
 * order of the inner dimension.
 */
export function productCode(variant: ProductVariant): string {
  const { tile, width, bias, half } = variant;
  const { rows, columns, inner } = tile;
  return /* wgsl */ `${tableCode}
  var<workgroup> xTile : array<vec4<f32>, ${(rows * inner) / 4}>; // [row][k / 4]
  var<workgroup> wTile : array<vec4<f32>, ${(inner * columns) / 4}>; // [k][column / 4]
  var<workgroup> source : array<i32, ${rows}>; // the row of x that each row is, -1 past the expert's last
  var<workgroup> turns : i32;

  ${loadCode('loadX', 'x', width)}
  ${half ? loadHalf : loadCode('loadW', 'w', width)}
  ${bias ? loadCode('loadBias', 'bias', width) : ''}
  ${storeCode(width)}
  ${multiplyTile(variant)}
  ${clearRest(tile)}

  fn main() {
    let first = i32(workgroupId.y);
    let groups = i32(numWorkgroups.y);
    let column0 = i32(workgroupId.x) * ${columns};
    if (localIndex == 0u) { turns = (numTiles() - first + groups - 1) / groups; }
    let count = workgroupUniformLoad(&turns);
    for (var turn = 0; turn < count; turn++) { multiplyTile(first + turn * groups, column0); }
    clearRest(first, groups, column0);
  }`;
}

function multiplyTile(variant: ProductVariant): string {
  const { tile, fromTokens, bias } = variant;
  const { rows, columns, inner, ownRows } = tile;
  return /* wgsl */ `
  fn multiplyTile(index : i32, column0 : i32) {
    let found = tileOf(index);
    let tile = vec3<i32>(found, min(found.y + ${rows}, expertOffset(found.x + 1))); // expert, first row, end
    let tx = i32(localId.x);
    let row0 = i32(localId.y) * ${ownRows};
    let column = column0 + tx * 4;
    let busy = tile.y + row0 < tile.z && column < uniforms.outer;
    ${unrolled(ownRows, (i) => `var sum${i} = vec4<f32>(${fromTokens ? 'select(0.0, uniforms.NAN, overflowed())' : '0.0'});`)}
    ${eachOf(rows, tile, `source[i] = select(-1, ${fromTokens ? 'tokenOf(tile.y + i)' : 'tile.y + i'}, tile.y + i < tile.z);`)}
    let row1 = tile.x * ${variant.transposeW ? 'uniforms.outer' : 'uniforms.inner'};
    workgroupBarrier();
    for (var k0 = 0; k0 < uniforms.inner; k0 += ${inner}) {
      ${loadRows(tile)}
      ${variant.transposeW ? loadTransposed(tile) : loadPlain(tile)}
      workgroupBarrier();
      if (busy) {
        for (var k = 0; k < ${inner / 4}; k++) {
          ${unrolled(4, (j) => `let w${j} = wTile[(4 * k + ${j}) * ${columns / 4} + tx];`)}
          ${unrolled(ownRows, (i) => addScaled(i, inner))}
        }
      }
      workgroupBarrier();
    }
    ${bias ? addBias(ownRows) : ''}
    ${unrolled(ownRows, (i) => storeRow(i, variant.relu))}
  }`;
}

/** Zeros for the rows from S to R, spread over the workgroups of this span of columns. */
function clearRest(tile: Tile): string {
  const [across, down] = threadsOf(tile);
  const quads = tile.columns / 4;
  return /* wgsl */ `
  fn clearRest(first : i32, groups : i32, column0 : i32) {
    let routed = expertOffset(uniforms.numExperts);
    let size = (uniforms.numRows - routed) * ${quads};
    for (var i = first * ${across * down} + i32(localIndex); i < size; i += groups * ${across * down}) {
      store(routed + i / ${quads}, column0 + i % ${quads} * 4, uniforms.outer, vec4<f32>(0.0));
    }
  }`;
}

/** Runs a statement for each i < count, spread over the workgroup's threads. */
function eachOf(count: number, tile: Tile, statement: string): string {
  const [across, down] = threadsOf(tile);
  return `for (var i = i32(localIndex); i < ${count}; i += ${across * down}) { ${statement} }`;
}

function loadRows(tile: Tile): string {
  const quads = tile.inner / 4;
  return eachOf(
    tile.rows * quads,
    tile,
    `let place = source[i / ${quads}];
      xTile[i] = loadX(max(place, 0), k0 + i % ${quads} * 4, uniforms.inner, place >= 0);`,
  );
}

/** Rows k0 .. of the expert's matrix: w[k][n]. */
function loadPlain(tile: Tile): string {
  const quads = tile.columns / 4;
  return eachOf(
    tile.inner * quads,
    tile,
    `let k = k0 + i / ${quads};
      wTile[i] = loadW(row1 + k, column0 + i % ${quads} * 4, uniforms.outer, k < uniforms.inner);`,
  );
}

/** The same of a matrix stored as [N,K]: blocks of 4 x 4, read along k and turned in registers. */
function loadTransposed(tile: Tile): string {
  const [deep, quads] = [tile.inner / 4, tile.columns / 4];
  return eachOf(
    deep * quads,
    tile,
    `let k = i % ${deep} * 4;
      let n = i / ${deep};
      let row = column0 + n * 4;
      let block = transpose(mat4x4<f32>(${[0, 1, 2, 3].map((j) => `loadW(row1 + row + ${j}, k0 + k, uniforms.inner, row + ${j} < uniforms.outer)`).join(', ')}));
      ${unrolled(4, (j) => `wTile[(k + ${j}) * ${quads} + n] = block[${j}];`)}`,
  );
}

/** Two vec2<f16> of a row that is padded to whole quads. */
const loadHalf = /* wgsl */ `fn loadW(row : i32, at : i32, length : i32, there : bool) -> vec4<f32> {
  if (!there || at >= length) { return vec4<f32>(0.0); }
  let first = (row * ((length + 3) / 4) + at / 4) * 2;
  return vec4<f32>(unpack2x16float(bitcast<u32>(w[first])), unpack2x16float(bitcast<u32>(w[first + 1])));
}`;

const addScaled = (
  i: number,
  inner: number,
) => `let scale${i} = xTile[(row0 + ${i}) * ${inner / 4} + k];
  ${unrolled(4, (j) => `sum${i} = fma(w${j}, vec4<f32>(scale${i}[${j}]), sum${i});`)}`;

const addBias = (ownRows: number) => `let bias0 = loadBias(tile.x, column, uniforms.outer, true);
  ${unrolled(ownRows, (i) => `sum${i} += bias0;`)}`;

/** NaN stays NaN under relu, as in tfjs. */
const storeRow = (i: number, relu: boolean) => `if (tile.y + row0 + ${i} < tile.z) {
    ${relu ? `sum${i} = select(sum${i}, vec4<f32>(0.0), sum${i} < vec4<f32>(0.0));` : ''}
    store(tile.y + row0 + ${i}, column, uniforms.outer, sum${i});
  }`;

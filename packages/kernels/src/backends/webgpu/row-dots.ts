import type { TensorInfo } from '@tensorflow/tfjs-core';

import type { DispatchPlan } from '../../plan/plan.js';
import { loadCode } from './quads.js';
import type { Stage } from './stage.js';
import { useSubgroups } from './subgroups.js';
import { tableCode, tableUniforms } from './table.js';

export interface RowDots {
  readonly y: TensorInfo;
  readonly d: TensorInfo;
  readonly table: TensorInfo;
  readonly plan: DispatchPlan;
}

/** out[s] = y[s] . d[token(s)], 0 from S on: [R,D], [T,D] -> [R,1]. Neighbouring threads read neighbouring numbers. */
export function rowDotsStage({ y, d, table, plan }: RowDots, subgroups: boolean): Stage {
  const columns = y.shape[1]!;
  const width = columns % 4 === 0 ? 4 : 1;
  const { rows, threads, code } = subgroups ? inSubgroups : inWorkgroup;
  return {
    name: 'MoeRowDots',
    inputs: { y, d, table },
    shape: [plan.numRows, 1],
    width,
    scalarOutput: true,
    integers: { ...tableUniforms(plan), columns },
    over: { groups: [Math.ceil(plan.numRows / rows), 1, 1], threads },
    code: /* wgsl */ `${tableCode}
    ${loadCode('loadY', 'y', width)}
    ${loadCode('loadD', 'd', width)}
    fn tokenAt(row : i32) -> i32 {
      if (row < uniforms.numRows) { return tokenOf(row); }
      return -1;
    }
    // Columns first .. first+3, first+step .. of a row's product; nothing where the row has no token.
    fn partOfDot(row : i32, t : i32, first : i32, step : i32) -> f32 {
      var sum = 0.0;
      if (t < 0) { return sum; }
      for (var at = first; at < uniforms.columns; at += step) {
        sum += dot(loadY(row, at, uniforms.columns, true), loadD(t, at, uniforms.columns, true));
      }
      return sum;
    }
    ${code}`,
  };
}

/** 16 threads walk a row together, then the first adds up what they have, in order. */
const inWorkgroup = {
  rows: 4,
  threads: [16, 4, 1],
  code: /* wgsl */ `
    var<workgroup> partial : array<array<f32, 16>, 4>;

    fn main() {
      let row = i32(workgroupId.x) * 4 + i32(localId.y);
      var sum = partOfDot(row, tokenAt(row), i32(localId.x) * 4, 64);
      partial[localId.y][localId.x] = sum;
      workgroupBarrier();
      if (localId.x == 0u && row < uniforms.numRows) {
        for (var lane = 1; lane < 16; lane++) { sum += partial[localId.y][lane]; }
        result[row] = sum;
      }
    }`,
} as const;

/** A subgroup walks the rows of its threads together, one after the other: no barrier, whatever its size. */
const inSubgroups = {
  rows: 64,
  threads: [64, 1, 1],
  code: /* wgsl */ `
    ${useSubgroups}
    fn main() {
      let own = i32(workgroupId.x) * 64 + i32(localIndex);
      let ownToken = tokenAt(own);
      let lane = subgroupExclusiveAdd(1u);
      let lanes = subgroupAdd(1u);
      var sum = 0.0;
      for (var i = 0u; i < lanes; i++) {
        let row = subgroupShuffle(own, i);
        let t = subgroupShuffle(ownToken, i);
        let all = subgroupAdd(partOfDot(row, t, i32(lane) * 4, i32(lanes) * 4));
        if (lane == i) { sum = all; }
      }
      if (own < uniforms.numRows) { result[own] = sum; }
    }`,
} as const;

import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

import { onDevice } from '../run.js';
import type { DispatchPlan } from '../plan.js';
import type { WebGpuBackend } from './backend.js';
import { loadCode } from './quads.js';
import type { PlannedStage } from './rows.js';
import { elementwise, scatterWeightsStage } from './rows.js';
import type { Stage } from './stage.js';
import { runStage } from './stage.js';
import { tableCode, tableUniforms } from './table.js';

/** out[t] = sum of w[t, expert(s)] y[s] over the rows s of token t, in expert order: [R,D], [T,E] -> [T,D]. */
export const combineStage: PlannedStage = {
  kernelName: 'MoeCombine',
  stage: ({ y, weights, table }, { plan }) => ({
    ...elementwise(
      'MoeCombine',
      { y: y!, weights: weights!, table: table! },
      plan,
      [plan.numTokens, y!.shape[1]!],
      /* wgsl */ `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let t = index / uniforms.columns;
        let column = index % uniforms.columns;
        var sum = Value(0);
        let until = tokenOffset(t + 1);
        for (var slot = tokenOffset(t); slot < until; slot++) {
          let row = max(tokenRow(slot), 0);
          sum += weights[t * uniforms.numExperts + max(expertOf(row), 0)] * y[row * uniforms.columns + column];
        }
        if (overflowed()) { sum = Value(uniforms.NAN); }
        result[index] = sum;
      }`,
    ),
    scalars: ['weights'],
  }),
};

/** out[s] = w[token(s), expert(s)] d[token(s)], 0 from S on: [T,D], [T,E] -> [R,D]. The adjoint of combine in y. */
export const spreadStage: PlannedStage = {
  kernelName: 'MoeSpread',
  stage: ({ d, weights, table }, { plan }) => ({
    ...elementwise(
      'MoeSpread',
      { d: d!, weights: weights!, table: table! },
      plan,
      [plan.numRows, d!.shape[1]!],
      /* wgsl */ `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let row = index / uniforms.columns;
        let t = tokenOf(row);
        var value = Value(0);
        if (t >= 0) {
          value = weights[t * uniforms.numExperts + expertOf(row)] * d[t * uniforms.columns + index % uniforms.columns];
        }
        if (overflowed()) { value = Value(uniforms.NAN); }
        result[index] = value;
      }`,
    ),
    scalars: ['weights'],
  }),
};

/** out[token(s), expert(s)] = y[s] . d[token(s)], 0 elsewhere: [R,D], [T,D] -> [T,E]. The adjoint in the weights. */
export const pairDotsKernel: KernelConfig = {
  kernelName: onDevice('MoePairDots'),
  backendName: 'webgpu',
  kernelFunc: ({ inputs, attrs, backend }) => {
    const { y, d, table } = inputs as Record<'y' | 'd' | 'table', TensorInfo>;
    const { plan } = attrs as unknown as { plan: DispatchPlan };
    const webgpu = backend as WebGpuBackend;
    const rows = runStage(webgpu, rowDotsStage(y, d, table, plan));
    const out = runStage(webgpu, scatterWeightsStage.stage({ rows, table }, { plan }));
    webgpu.disposeData(rows.dataId);
    return out;
  },
};

const [LANES, ROWS] = [16, 4];

/** out[s] = y[s] . d[token(s)]: 16 threads walk a row together, then the first adds up what they have, in order. */
function rowDotsStage(
  ...[y, d, table, plan]: [TensorInfo, TensorInfo, TensorInfo, DispatchPlan]
): Stage {
  const columns = y.shape[1]!;
  const width = columns % 4 === 0 ? 4 : 1;
  return {
    name: 'MoeRowDots',
    inputs: { y, d, table },
    shape: [plan.numRows, 1],
    width,
    scalarOutput: true,
    integers: { ...tableUniforms(plan), columns },
    over: { groups: [Math.ceil(plan.numRows / ROWS), 1, 1], threads: [LANES, ROWS, 1] },
    code: /* wgsl */ `${tableCode}
    ${loadCode('loadY', 'y', width)}
    ${loadCode('loadD', 'd', width)}
    var<workgroup> partial : array<array<f32, ${LANES}>, ${ROWS}>;

    fn main() {
      let row = i32(workgroupId.x) * ${ROWS} + i32(localId.y);
      var t = -1;
      if (row < uniforms.numRows) { t = tokenOf(row); }
      var sum = 0.0;
      if (t >= 0) {
        for (var at = i32(localId.x) * 4; at < uniforms.columns; at += ${4 * LANES}) {
          sum += dot(loadY(row, at, uniforms.columns, true), loadD(t, at, uniforms.columns, true));
        }
      }
      partial[localId.y][localId.x] = sum;
      workgroupBarrier();
      if (localId.x == 0u && row < uniforms.numRows) {
        for (var lane = 1; lane < ${LANES}; lane++) { sum += partial[localId.y][lane]; }
        result[row] = sum;
      }
    }`,
  };
}

import { onDeviceConfig } from '../../kernel/kernel-config.js';
import type { WebGpuBackend } from './backend.js';
import { deviceTraits } from './device-traits.js';
import { rowDotsStage } from './row-dots.js';
import type { PlannedStage } from './rows.js';
import { elementwise, scatterWeightsStage, tokenSumCode } from './rows.js';
import { runStage } from './stage.js';

/** out[t] = sum of w[t, expert(s)] y[s] over the rows s of token t, in expert order: [R,D], [T,E] -> [T,D]. */
export const combineStage: PlannedStage<'MoeCombine'> = {
  kernelName: 'MoeCombine',
  stage: ({ y, weights, table }, { plan }) => ({
    ...elementwise(
      'MoeCombine',
      { y, weights, table },
      plan,
      [plan.numTokens, y.shape[1]!],
      tokenSumCode(
        'weights[t * uniforms.numExperts + max(expertOf(row), 0)] * y[row * uniforms.columns + column]',
      ),
    ),
    scalars: ['weights'],
  }),
};

/** out[s] = w[token(s), expert(s)] d[token(s)], 0 from S on: [T,D], [T,E] -> [R,D]. The adjoint of combine in y. */
export const spreadStage: PlannedStage<'MoeSpread'> = {
  kernelName: 'MoeSpread',
  stage: ({ d, weights, table }, { plan }) => ({
    ...elementwise(
      'MoeSpread',
      { d, weights, table },
      plan,
      [plan.numRows, d.shape[1]!],
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
export const pairDotsKernel = onDeviceConfig(
  'MoePairDots',
  'webgpu',
  ({ y, d, table }, { plan }, backend: WebGpuBackend) => {
    const { subgroups } = deviceTraits(backend);
    const rows = runStage(backend, rowDotsStage({ y, d, table, plan }, subgroups));
    const out = runStage(backend, scatterWeightsStage.stage({ rows, table }, { plan }));
    backend.disposeData(rows.dataId);
    return out;
  },
);

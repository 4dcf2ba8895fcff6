import type { TensorInfo } from '@tensorflow/tfjs-core';

import type { DeviceInputs } from '../../kernel/kernel-config.js';
import type { PlannedName } from '../../kernel/kernel-map.js';
import type { DispatchPlan } from '../../plan/plan.js';
import type { Stage } from './stage.js';
import { tableCode, tableUniforms } from './table.js';

/** A kernel over planned rows as one dispatch. */
export interface PlannedStage<Name extends PlannedName = PlannedName> {
  readonly kernelName: Name;
  stage(inputs: DeviceInputs<Name>, attributes: { readonly plan: DispatchPlan }): Stage;
}

const lanes = (width: number): 1 | 4 => (width % 4 === 0 ? 4 : 1);

/** A stage with one thread for each vec4 (or number) of the output. */
export function elementwise(
  name: string,
  inputs: Record<string, TensorInfo>,
  plan: DispatchPlan,
  shape: [number, number],
  code: string,
  width = lanes(shape[1]),
): Stage {
  const columns = shape[1] / width;
  return {
    name,
    inputs,
    shape,
    width,
    integers: { ...tableUniforms(plan), columns },
    code: `alias Value = ${width === 4 ? 'vec4<f32>' : 'f32'};${tableCode}${code}`,
    over: { work: shape[0] * columns },
  };
}

/** out[s] = x[token(s)], 0 from S on: [T,D] -> [R,D]. */
export const dispatchStage: PlannedStage<'MoeDispatch'> = {
  kernelName: 'MoeDispatch',
  stage: ({ x, table }, { plan }) =>
    elementwise(
      'MoeDispatch',
      { x, table },
      plan,
      [plan.numRows, x.shape[1]!],
      /* wgsl */ `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let t = tokenOf(index / uniforms.columns);
        var value = Value(0);
        if (t >= 0) { value = x[t * uniforms.columns + index % uniforms.columns]; }
        if (overflowed()) { value = Value(uniforms.NAN); }
        result[index] = value;
      }`,
    ),
};

/** WGSL of a sum over the rows of a token, in expert order. @param term of `row`, `t` and `column` */
export const tokenSumCode = (term: string) => /* wgsl */ `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let t = index / uniforms.columns;
        let column = index % uniforms.columns;
        var sum = Value(0);
        let until = tokenOffset(t + 1);
        for (var slot = tokenOffset(t); slot < until; slot++) {
          let row = max(tokenRow(slot), 0);
          sum += ${term};
        }
        if (overflowed()) { sum = Value(uniforms.NAN); }
        result[index] = sum;
      }`;

/** out[t] = sum of y[s] over the rows s of token t, in expert order: [R,D] -> [T,D]. */
export const reduceStage: PlannedStage<'MoeReduce'> = {
  kernelName: 'MoeReduce',
  stage: ({ y, table }, { plan }) =>
    elementwise(
      'MoeReduce',
      { y, table },
      plan,
      [plan.numTokens, y.shape[1]!],
      tokenSumCode('y[row * uniforms.columns + column]'),
    ),
};

/** out[s] = bias[expert(s)], 0 from S on: [E,F] -> [R,F]. */
export const expertRowsStage: PlannedStage<'MoeExpertRows'> = {
  kernelName: 'MoeExpertRows',
  stage: ({ bias, table }, { plan }) =>
    elementwise(
      'MoeExpertRows',
      { bias, table },
      plan,
      [plan.numRows, bias.shape[1]!],
      /* wgsl */ `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let e = expertOf(index / uniforms.columns);
        var value = Value(0);
        if (e >= 0) { value = bias[e * uniforms.columns + index % uniforms.columns]; }
        result[index] = value;
      }`,
    ),
};

/** out[s] = weights[token(s), expert(s)], 0 from S on: [T,E] -> [R,1]. */
export const rowWeightsStage: PlannedStage<'MoeRowWeights'> = {
  kernelName: 'MoeRowWeights',
  stage: ({ weights, table }, { plan }) =>
    elementwise(
      'MoeRowWeights',
      { weights, table },
      plan,
      [plan.numRows, 1],
      /* wgsl */ `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let t = tokenOf(index);
        var value = 0.0;
        if (t >= 0) { value = weights[t * uniforms.numExperts + expertOf(index)]; }
        result[index] = value;
      }`,
    ),
};

/** out[token(s), expert(s)] = rows[s], 0 elsewhere: [R,1] -> [T,E]. */
export const scatterWeightsStage: PlannedStage<'MoeScatterWeights'> = {
  kernelName: 'MoeScatterWeights',
  stage: ({ rows, table }, { plan }) =>
    elementwise(
      'MoeScatterWeights',
      { rows, table },
      plan,
      [plan.numTokens, plan.numExperts],
      /* wgsl */ `
      fn main(index : i32) {
        if (index >= uniforms.size) { return; }
        let t = index / uniforms.numExperts;
        let e = index % uniforms.numExperts;
        let until = tokenOffset(t + 1);
        var value = 0.0;
        for (var slot = tokenOffset(t); slot < until; slot++) {
          let row = max(tokenRow(slot), 0);
          if (expertOf(row) == e) { value = rows[row]; }
        }
        result[index] = value;
      }`,
      1,
    ),
};

import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { mul, tidy } from '@tensorflow/tfjs-core';

import { assertFiniteWeights } from './assert-finite-weights.js';
import { assertPlan } from '../plan/assert-plan.js';
import { assertCount, assertMaxRows, assertOptions, assertRowsFit } from './assert-rows.js';
import { assertShape } from '../errors/assert-shape.js';
import { planRows } from '../plan/plan-rows.js';
import type { Attributes, Inputs, OutputTensors, PlannedName } from '../kernel/kernel-map.js';
import { densePlanOnDevice, planOnDevice, plansOnDevice } from './plan-on-device.js';
import type { DispatchPlan } from '../plan/plan.js';
import { readSync } from '../kernel/read.js';
import { registerKernels } from '../backends/register.js';
import { hasPlanned, runPlanned } from '../kernel/run.js';

/**
 * Sorts the routed (token, expert) pairs by expert, then by token.
 * @param dispatchMask float32 [T,E] of 0/1
 * @param options.maxRows the most pairs the mask can hold, T*E by default; where the plan stays on the device (webgpu)
 *   it sizes the rows, so give T*k for top-k. A mask that holds more makes the results NaN there.
 * @throws KERNELS_MASK on any other value and KERNELS_VALUE on more pairs than `maxRows`, both where the mask is read;
 *   KERNELS_VALUE, KERNELS_SHAPE, KERNELS_SYNC_READ
 *   Gradient: none.      Ownership: plain numbers, or a table that the surrounding tidy (else the caller) disposes.
 */
export function dispatchPlan(
  dispatchMask: Tensor2D,
  options: { readonly maxRows?: number | undefined } = {},
): DispatchPlan {
  assertShape('dispatchPlan', 'dispatchMask', dispatchMask, [null, null]);
  assertOptions('dispatchPlan', options, ['maxRows']);
  const { maxRows } = options;
  assertMaxRows(maxRows);
  registerKernels();
  if (plansOnDevice()) return planOnDevice(dispatchMask, maxRows);
  const plan = planRows(readSync(dispatchMask), ...dispatchMask.shape);
  assertRowsFit(plan, maxRows);
  return plan;
}

/**
 * The plan that sends each of T tokens to one expert: what a dense layer is to the kernels. It may be kept on every
 * backend: where it lives on the device, the table is made by the first operation of a tidy that uses it.
 * @throws KERNELS_VALUE unless numTokens is a whole number of at least 0
 */
export function densePlan(numTokens: number): DispatchPlan {
  assertCount('densePlan', 'numTokens', numTokens);
  registerKernels();
  if (plansOnDevice()) return densePlanOnDevice(numTokens);
  return planRows(new Float32Array(numTokens).fill(1), numTokens, 1);
}

/**
 * Copies each routed token's row into expert order.
 * @param x float32 [T,D]      @returns float32 [S,D], owned by the caller
 * @throws KERNELS_SHAPE, KERNELS_PLAN      Gradient: through x (rows summed per token, in expert order).
 */
export function dispatch(x: Tensor2D, plan: DispatchPlan): Tensor2D {
  assertPlan(plan);
  assertShape('dispatch', 'x', x, [plan.numTokens, null]);
  return planned('MoeDispatch', { x }, { plan });
}

/**
 * Multiplies each row by its expert's matrix: out[s] = x[s] w[expert(s)]. Only the S routed rows are computed.
 * @param x float32 [S,A], rows in plan order      @param w float32 [E,A,B]      @returns float32 [S,B], owned by the caller
 * @throws KERNELS_SHAPE, KERNELS_PLAN      Gradient: through x and w; exact zeros for experts without rows.
 */
export function groupedMatMul(x: Tensor2D, w: Tensor3D, plan: DispatchPlan): Tensor2D {
  assertPlan(plan);
  assertShape('groupedMatMul', 'x', x, [plan.numRows, null]);
  assertShape('groupedMatMul', 'w', w, [plan.numExperts, x.shape[1], null]);
  return planned('MoeGroupedMatMul', { x, w }, { plan, transposeW: false });
}

/**
 * The bias of each row's expert: out[s] = bias[expert(s)].
 * @param bias float32 [E,F]      @returns float32 [S,F], owned by the caller
 * @throws KERNELS_SHAPE, KERNELS_PLAN      Gradient: through bias (rows summed per expert, in token order).
 */
export function expertRows(bias: Tensor2D, plan: DispatchPlan): Tensor2D {
  assertPlan(plan);
  assertShape('expertRows', 'bias', bias, [plan.numExperts, null]);
  return planned('MoeExpertRows', { bias }, { plan });
}

/**
 * Weights the computed rows and sums them per token: out[t] = sum_s weights[t, expert(s)] y[s], in expert order.
 * @param y float32 [S,D]      @param combineWeights float32 [T,E]; only routed entries are read
 * @returns float32 [T,D], 0 for tokens without rows, owned by the caller
 * @throws KERNELS_SHAPE, KERNELS_PLAN; KERNELS_NON_FINITE where weights are read at no cost (cpu, wasm)
 *   Gradient: through y and combineWeights (0 where not routed).
 */
export function combine(y: Tensor2D, combineWeights: Tensor2D, plan: DispatchPlan): Tensor2D {
  assertPlan(plan);
  assertShape('combine', 'y', y, [plan.numRows, null]);
  assertShape('combine', 'combineWeights', combineWeights, [plan.numTokens, plan.numExperts]);
  assertFiniteWeights(combineWeights);
  registerKernels();
  if (hasPlanned('MoeCombine', plan)) {
    return runPlanned('MoeCombine', { y, weights: combineWeights }, { plan });
  }
  return tidy(() => {
    const weights = planned('MoeRowWeights', { weights: combineWeights }, { plan }); // [S,1]
    return planned('MoeReduce', { y: mul(y, weights) }, { plan }); // [T,D]
  });
}

function planned<Name extends PlannedName>(
  kernelName: Name,
  inputs: Inputs<Name, Tensor>,
  attributes: Attributes<Name>,
): OutputTensors<Name>[0] {
  registerKernels();
  return runPlanned(kernelName, inputs, attributes);
}

import type { Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { add, getBackend, relu, tidy } from '@tensorflow/tfjs-core';

import { assertPlan } from '../plan/assert-plan.js';
import { assertOptions } from './assert-rows.js';
import { assertKinds } from '../errors/assert-kinds.js';
import { assertShape } from '../errors/assert-shape.js';
import { findBackend } from '../backends/find-backend.js';
import { describeValue } from '../errors/describe-value.js';
import { fail } from '../errors/codes.js';
import type { LinearOptions, Precision } from '../kernel/linear.js';
import { dispatch, expertRows, groupedMatMul } from './operations.js';
import type { DispatchPlan } from '../plan/plan.js';
import { registerKernels } from '../backends/register.js';
import { hasPlanned, runPlanned } from '../kernel/run.js';

/**
 * A linear layer per expert: out[s] = activation(x[s] w[expert(s)] + bias[expert(s)]). Rows gathered from tokens, bias
 * and activation are part of the product where a backend has that kernel (all but cpu), and operations around it elsewhere.
 * @param x float32 [S,A], or the tokens [T,A] with `fromTokens`      @param w float32 [E,A,B]
 * @param bias float32 [E,B], or undefined for none
 * @returns float32 [S,B], owned by the caller
 * @throws KERNELS_SHAPE, KERNELS_PLAN, KERNELS_VALUE, KERNELS_PRECISION      Gradient: through x, w and bias.
 */
export function groupedLinear(
  x: Tensor2D,
  w: Tensor3D,
  bias: Tensor2D | undefined,
  plan: DispatchPlan,
  options: LinearOptions = {},
): Tensor2D {
  assertOptions('groupedLinear', options, ['activation', 'fromTokens', 'precision']);
  const { fromTokens = false, activation, precision = 'float32' } = options;
  assertPlan(plan);
  assertShape('groupedLinear', 'x', x, [fromTokens ? plan.numTokens : plan.numRows, null]);
  assertShape('groupedLinear', 'w', w, [plan.numExperts, x.shape[1], null]);
  if (bias !== undefined) assertShape('groupedLinear', 'bias', bias, [plan.numExperts, w.shape[2]]);
  assertActivation(activation);
  assertKinds('groupedLinear', { fromTokens }, { fromTokens: 'flag' });
  registerKernels();
  assertPrecision(precision, plan);
  if (hasPlanned('MoeFusedLinear', plan)) {
    const attributes = { plan, transposeW: false, fromTokens, activation, precision };
    return runPlanned('MoeFusedLinear', bias ? { x, w, bias } : { x, w }, attributes);
  }
  return tidy(() => {
    const y = linear(fromTokens ? dispatch(x, plan) : x, w, bias, plan);
    return activation === 'relu' ? relu(y) : y;
  });
}

function linear(x: Tensor2D, w: Tensor3D, bias: Tensor2D | undefined, plan: DispatchPlan) {
  if (!bias) return groupedMatMul(x, w, plan);
  if (hasPlanned('MoeGroupedLinear', plan)) {
    return runPlanned('MoeGroupedLinear', { x, w, bias }, { plan, transposeW: false });
  }
  return add<Tensor2D>(groupedMatMul(x, w, plan), expertRows(bias, plan));
}

function assertActivation(activation: LinearOptions['activation']): void {
  if (activation === undefined || activation === 'relu') return;
  throw fail('KERNELS_VALUE', {
    asked: 'The activation of groupedLinear must be relu, or left out',
    got: describeValue(activation),
    fix: 'Apply other activations to the result, with operations of tfjs.',
  });
}

function assertPrecision(precision: Precision, plan: DispatchPlan): void {
  if (precision === 'float32') return;
  if (findBackend()?.precisions.includes(precision) && hasPlanned('MoeFusedLinear', plan)) return;
  throw fail('KERNELS_PRECISION', {
    asked:
      'The precision of groupedLinear must be float32, f16 with a plan on the webgpu backend, or bf16 on tensorflow',
    got: `${String(precision)} on ${getBackend()}${plan.table ? '' : ' with a plan on the host'}`,
    fix: 'Leave the precision out, or choose the backend that has it.',
  });
}

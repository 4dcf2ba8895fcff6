import type { KernelBackend, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '@tensorflow/tfjs-core';

import type { Backend } from '../contract/backend.js';
import { decisionKernels } from '../composed/register.js';
import { mapInputs } from '../contract/host-kernel.js';
import type { Attributes, Inputs, KernelName } from '../../kernel/kernel-map.js';
import type { DispatchPlan } from '../../plan/plan.js';
import type { TensorflowBackend } from './backend.js';
import type { Algorithm } from '../contract/explanation.js';
import { PlanIndices } from './plan-indices.js';
import { hasNativeOperations } from './native.js';
import { fusedLinearRaw, groupedMatMulRaw, groupedOuterRaw } from './products.js';
import type { Raw } from './raw.js';
import { RawScope } from './raw.js';
import type { PlannedCall } from './planned-call.js';
import {
  combineRaw,
  dispatchRaw,
  expertRowsRaw,
  expertSumRaw,
  pairDotsRaw,
  reduceRaw,
  rowWeightsRaw,
  scatterWeightsRaw,
  spreadRaw,
} from './rows.js';

type Computes = {
  readonly [Name in KernelName]?: (
    call: PlannedCall,
    inputs: Inputs<Name, Raw>,
    attributes: Attributes<Name>,
  ) => Raw;
};

const NAME = 'tensorflow';

export const tensorflow: Backend = { register: registerTensorflowKernels, precisions: ['bf16'] };

/** Row moves, products and decisions for tfjs-node's backend, on a CPU and on CUDA. */
function registerTensorflowKernels(): void {
  for (const kernel of tensorflowKernels()) registerKernel(kernel);
  for (const kernel of decisionKernels(NAME)) registerKernel(kernel);
}

/**
 * The kernels over planned rows.
 * @param forced an algorithm for every product, composed of TensorFlow's operations; by default moekit's own operations
 *   where they are there, else the planner's choice
 */
export function tensorflowKernels(forced?: Algorithm): KernelConfig[] {
  const computes: Computes = {
    MoeDispatch: (call, { x }) => dispatchRaw(call, x),
    MoeReduce: (call, { y }) => reduceRaw(call, y),
    MoeExpertRows: (call, { bias }) => expertRowsRaw(call, bias),
    MoeExpertSum: (call, { y }) => expertSumRaw(call, y),
    MoeRowWeights: (call, { weights }) => rowWeightsRaw(call, weights),
    MoeScatterWeights: (call, { rows }) => scatterWeightsRaw(call, rows),
    MoeGroupedMatMul: (call, { x, w }, { transposeW, precision }) =>
      groupedMatMulRaw(call, { x, w, transposeW, precision }, forced),
    MoeGroupedLinear: (call, { x, w, bias }) =>
      groupedMatMulRaw(call, { x, w, bias, transposeW: false }, forced),
    MoeFusedLinear: (call, { x, w, bias }, attributes) =>
      fusedLinearRaw(call, { x, w, bias, ...attributes }, forced),
    MoeGroupedOuter: (call, { x, y }, { fromTokens }) =>
      groupedOuterRaw(call, { x, y, fromTokens }, forced),
    MoeCombine: (call, { y, weights }) => combineRaw(call, y, weights),
    MoeSpread: (call, { d, weights }) => spreadRaw(call, d, weights),
    MoePairDots: (call, { y, d }) => pairDotsRaw(call, y, d),
    MoeReluGradient: ({ scope }, { dy, out }) => scope.one('ReluGrad', [dy, out]),
  };
  const of = knownByBackend(forced === undefined);
  return Object.entries(computes).map(([kernelName, compute]) => ({
    kernelName,
    backendName: NAME,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { plan } = attrs as unknown as { plan: DispatchPlan };
      return RawScope.run(backend as TensorflowBackend, (scope) => {
        const call = { scope, plan, ...of(backend as KernelBackend) };
        const raw = mapInputs(inputs as Record<string, TensorInfo>, (x) => scope.input(x));
        return compute(call, raw as never, attrs as never);
      });
    },
  }));
}

type Known = Pick<PlannedCall, 'indices' | 'native'>;

/** One cache of indices for each backend instance: raw ids mean nothing to another. */
function knownByBackend(mayBeNative: boolean): (backend: KernelBackend) => Known {
  const all = new WeakMap<KernelBackend, Known>();
  return (backend) => {
    const known = all.get(backend) ?? {
      indices: new PlanIndices(backend as TensorflowBackend),
      native: mayBeNative && hasNativeOperations(backend),
    };
    all.set(backend, known);
    return known;
  };
}

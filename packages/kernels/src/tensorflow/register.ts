import type { KernelBackend, KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '@tensorflow/tfjs-core';

import { decisionKernels } from '../composed/register.js';
import type { GroupedAttributes } from '../host/grouped-matmul.js';
import type { TensorflowBackend } from './backend.js';
import type { Algorithm } from './choose-product.js';
import { PlanIndices } from './plan-indices.js';
import { groupedMatMulRaw, groupedOuterRaw } from './products.js';
import type { Raw } from './raw.js';
import { RawScope } from './raw.js';
import type { PlannedCall } from './rows.js';
import {
  dispatchRaw,
  expertRowsRaw,
  expertSumRaw,
  reduceRaw,
  rowWeightsRaw,
  scatterWeightsRaw,
} from './rows.js';

type Inputs = Readonly<Record<string, Raw>>;
type Compute = (call: PlannedCall, inputs: Inputs, attributes: GroupedAttributes) => Raw;

const NAME = 'tensorflow';

/** Row moves, products and decisions for tfjs-node's backend, on a CPU and on CUDA. */
export function registerTensorflowKernels(): void {
  for (const kernel of tensorflowKernels()) registerKernel(kernel);
  for (const kernel of decisionKernels(NAME)) registerKernel(kernel);
}

/** The kernels over planned rows. @param forced an algorithm for every product; the planner's choice by default */
export function tensorflowKernels(forced?: Algorithm): KernelConfig[] {
  const computes: Readonly<Record<string, Compute>> = {
    MoeDispatch: (call, { x }) => dispatchRaw(call, x!),
    MoeReduce: (call, { y }) => reduceRaw(call, y!),
    MoeExpertRows: (call, { bias }) => expertRowsRaw(call, bias!),
    MoeExpertSum: (call, { y }) => expertSumRaw(call, y!),
    MoeRowWeights: (call, { weights }) => rowWeightsRaw(call, weights!),
    MoeScatterWeights: (call, { rows }) => scatterWeightsRaw(call, rows!),
    MoeGroupedMatMul: (call, { x, w }, { transposeW }) =>
      groupedMatMulRaw(call, { x: x!, w: w!, transposeW }, forced),
    MoeGroupedLinear: (call, { x, w, bias }) =>
      groupedMatMulRaw(call, { x: x!, w: w!, bias: bias!, transposeW: false }, forced),
    MoeGroupedOuter: (call, { x, y }) => groupedOuterRaw(call, x!, y!, forced),
  };
  const indices = indicesByBackend();
  return Object.entries(computes).map(([kernelName, compute]) => ({
    kernelName,
    backendName: NAME,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const attributes = attrs as unknown as GroupedAttributes;
      return RawScope.run(backend as TensorflowBackend, (scope) => {
        const call = { scope, plan: attributes.plan, indices: indices(backend as KernelBackend) };
        return compute(call, rawInputs(scope, inputs), attributes);
      });
    },
  }));
}

/** One cache of indices for each backend instance: raw ids mean nothing to another. */
function indicesByBackend(): (backend: KernelBackend) => PlanIndices {
  const caches = new WeakMap<KernelBackend, PlanIndices>();
  return (backend) => {
    const known = caches.get(backend) ?? new PlanIndices(backend as TensorflowBackend);
    caches.set(backend, known);
    return known;
  };
}

function rawInputs(scope: RawScope, inputs: object): Inputs {
  return Object.fromEntries(
    Object.entries(inputs as Record<string, TensorInfo>).map(([name, x]) => [name, scope.input(x)]),
  );
}

import type { KernelConfig, Tensor, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import { engine, registerKernel, tensor, tidy, util } from '@tensorflow/tfjs-core';

import type { HostKernel } from '../contract/host-kernel.js';
import { mapInputs } from '../contract/host-kernel.js';
import { selectionKernels } from '../host/kernels.js';
import type { Attributes, Inputs, KernelName } from '../../kernel/kernel-map.js';
import { readSync } from '../../kernel/read.js';
import { groupedMatMulComposed, groupedOuterComposed } from './products.js';
import {
  dispatchComposed,
  expertRowsComposed,
  expertSumComposed,
  reduceComposed,
  rowWeightsComposed,
  scatterWeightsComposed,
} from './rows.js';

type Compose<Name extends KernelName> = (
  inputs: Inputs<Name, Tensor2D>,
  attributes: Attributes<Name>,
) => Tensor;

const compositions: { readonly [Name in KernelName]?: Compose<Name> } = {
  MoeDispatch: ({ x }, { plan }) => dispatchComposed(x, plan),
  MoeReduce: ({ y }, { plan }) => reduceComposed(y, plan),
  MoeExpertRows: ({ bias }, { plan }) => expertRowsComposed(bias, plan),
  MoeExpertSum: ({ y }, { plan }) => expertSumComposed(y, plan),
  MoeRowWeights: ({ weights }, { plan }) => rowWeightsComposed(weights, plan),
  MoeScatterWeights: ({ rows }, { plan }) => scatterWeightsComposed(rows, plan),
  MoeGroupedMatMul: ({ x, w }, attributes) => groupedMatMulComposed(x, w, attributes),
  MoeGroupedOuter: ({ x, y }, { plan }) => groupedOuterComposed(x, y, plan),
};

/** The kernels as compositions of tfjs's own operations: right on any backend, fast on none in particular. */
export function registerComposedKernels(backendName: string): void {
  for (const kernel of composedKernels(backendName)) registerKernel(kernel);
}

/** The same as a list, so that tests can run the compositions on a backend that has kernels of its own. */
export function composedKernels(backendName: string): KernelConfig[] {
  const products = Object.entries(compositions).map(([kernelName, compose]) =>
    config(kernelName, backendName, compose),
  );
  return [...products, ...decisionKernels(backendName)];
}

/** Selections, which read their logits back on any backend. */
export function decisionKernels(backendName: string): KernelConfig[] {
  return selectionKernels.map((kernel) => decidedOnHost(kernel, backendName));
}

function config(
  kernelName: string,
  backendName: string,
  compose: (inputs: never, attributes: never) => Tensor,
): KernelConfig {
  return {
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      tidy(() =>
        compose(mapInputs(inputs as Record<string, TensorInfo>, borrow) as never, attrs as never),
      ),
  };
}

/** Routing needs its decision on the host to size what follows: read back, decide, upload. */
function decidedOnHost(kernel: HostKernel, backendName: string): KernelConfig {
  return config(
    kernel.kernelName,
    backendName,
    (inputs: Record<string, Tensor>, attributes: never) => {
      const shapes = mapInputs(inputs, ({ shape }) => shape) as never;
      const [shape] = kernel.outputShapes(shapes, attributes);
      const output = new Float32Array(util.sizeFromShape(shape));
      kernel.compute([output] as never, mapInputs(inputs, readSync) as never, attributes, shapes);
      return tensor(output, shape, 'float32');
    },
  );
}

/** A kernel's input as a tensor of the surrounding tidy, sharing its memory. */
function borrow({ dataId, shape, dtype }: TensorInfo): Tensor {
  engine().backend.incRef(dataId);
  return engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}

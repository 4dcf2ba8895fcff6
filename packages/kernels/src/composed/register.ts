import type { KernelConfig, Tensor, Tensor2D, TensorInfo } from '@tensorflow/tfjs-core';
import { engine, registerKernel, tensor, tidy } from '@tensorflow/tfjs-core';

import type { GroupedAttributes } from '../host/grouped-matmul.js';
import type { HostKernel } from '../host/kernel.js';
import { selectionKernels } from '../host/kernels.js';
import { readSync } from '../read.js';
import { groupedMatMulComposed, groupedOuterComposed } from './products.js';
import {
  dispatchComposed,
  expertRowsComposed,
  expertSumComposed,
  reduceComposed,
  rowWeightsComposed,
  scatterWeightsComposed,
} from './rows.js';

type Inputs = Record<string, Tensor2D>;
type Compose = (inputs: Inputs, attributes: GroupedAttributes) => Tensor;

const compositions: Readonly<Record<string, Compose>> = {
  MoeDispatch: ({ x }, { plan }) => dispatchComposed(x!, plan),
  MoeReduce: ({ y }, { plan }) => reduceComposed(y!, plan),
  MoeExpertRows: ({ bias }, { plan }) => expertRowsComposed(bias!, plan),
  MoeExpertSum: ({ y }, { plan }) => expertSumComposed(y!, plan),
  MoeRowWeights: ({ weights }, { plan }) => rowWeightsComposed(weights!, plan),
  MoeScatterWeights: ({ rows }, { plan }) => scatterWeightsComposed(rows!, plan),
  MoeGroupedMatMul: ({ x, w }, attributes) => groupedMatMulComposed(x!, w!, attributes),
  MoeGroupedOuter: ({ x, y }, { plan }) => groupedOuterComposed(x!, y!, plan),
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

function config(kernelName: string, backendName: string, compose: Compose): KernelConfig {
  return {
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs }) =>
      tidy(() => compose(borrow(inputs), attrs as unknown as GroupedAttributes)),
  };
}

/** Routing needs its decision on the host to size what follows: read back, decide, upload. */
function decidedOnHost(kernel: HostKernel, backendName: string): KernelConfig {
  return config(kernel.kernelName, backendName, (inputs, attributes) => {
    const read = Object.fromEntries(
      Object.entries(inputs).map(([name, x]) => [name, { values: readSync(x), shape: x.shape }]),
    );
    const shape = kernel.outputShape(read, attributes as never);
    const output = new Float32Array(shape.reduce((size, n) => size * n, 1));
    kernel.compute(output, read, attributes as never);
    return tensor(output, shape, 'float32');
  });
}

/** Kernel inputs as tensors of the surrounding tidy, sharing their memory. */
function borrow(inputs: Record<string, unknown>): Inputs {
  return Object.fromEntries(
    Object.entries(inputs as Record<string, TensorInfo>).map(([name, { dataId, shape, dtype }]) => {
      engine().backend.incRef(dataId);
      return [name, engine().makeTensorFromTensorInfo({ dataId, shape, dtype }) as Tensor2D];
    }),
  );
}

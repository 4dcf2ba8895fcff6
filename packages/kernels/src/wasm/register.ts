import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel, unregisterKernel, util } from '@tensorflow/tfjs-core';

import type { HostKernel } from '../host/kernel.js';
import { selectionKernels } from '../host/kernels.js';
import { batchMatMulKernel } from './batch-matmul.js';
import { createBind } from './bind.js';
import { fusedLinearWasm, groupedMatMulWasm, groupedOuterWasm } from './grouped-matmul.js';
import type { WasmBackend } from './heap.js';
import { floatsAt, offsetOf } from './heap.js';
import { identityKernel } from './identity.js';
import type { WasmBuild } from './module.js';
import { bestBuild } from './module.js';
import { reluGradientWasm, rowKernelsWasm } from './rows.js';
import { unsortedSegmentSumKernel } from './unsorted-segment-sum.js';

/** Decisions are the plain arithmetic of `host/` on heap views; row moves and products are those of `assembly/`. */
export function registerWasmKernels(build: WasmBuild = bestBuild()): void {
  const bind = createBind(build);
  for (const kernel of selectionKernels) registerKernel(wasmKernel(kernel));
  for (const kernel of rowKernelsWasm(bind)) registerKernel(kernel);
  registerKernel(reluGradientWasm(bind));
  registerKernel(groupedMatMulWasm(bind));
  registerKernel(fusedLinearWasm(bind));
  registerKernel(groupedOuterWasm(bind));
  replace(batchMatMulKernel(bind));
  replace(unsortedSegmentSumKernel);
  replace(identityKernel);
}

function wasmKernel(kernel: HostKernel): KernelConfig {
  return {
    kernelName: kernel.kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const wasm = backend as WasmBackend;
      const infos = Object.entries(inputs as Record<string, TensorInfo>);
      const view = (info: TensorInfo) => ({
        values: floatsAt(wasm, offsetOf(wasm, info), util.sizeFromShape(info.shape)),
        shape: info.shape,
      });
      const read = () => Object.fromEntries(infos.map(([name, info]) => [name, view(info)]));
      const output = wasm.makeOutput(kernel.outputShape(read(), attrs as never), 'float32');
      kernel.compute(view(output).values, read(), attrs as never); // views taken after the allocation
      return output;
    },
  };
}

function replace(kernel: KernelConfig): void {
  const { kernelName, backendName } = kernel;
  if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName);
  registerKernel(kernel);
}

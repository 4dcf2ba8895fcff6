import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { getKernel, util } from '@tensorflow/tfjs-core';

import type { HostKernel } from '../host/kernel.js';
import { selectionKernels } from '../host/kernels.js';
import { replaceKernel } from '../replace-kernel.js';
import { batchMatMulKernel } from './batch-matmul.js';
import type { ProductThreads } from './bind.js';
import { createBind } from './bind.js';
import { fusedLinearWasm, groupedMatMulWasm, groupedOuterWasm } from './grouped-matmul.js';
import type { WasmBackend } from './heap.js';
import { floatsAt, offsetOf } from './heap.js';
import { identityKernel } from './identity.js';
import type { WasmBuild } from './module.js';
import { bestBuild } from './module.js';
import { reluGradientWasm, rowKernelsWasm } from './rows.js';
import { unsortedSegmentSumKernel } from './unsorted-segment-sum.js';

/**
 * Decisions are the plain arithmetic of `host/` on heap views; row moves and products are those of `assembly/`. What was
 * registered before is replaced.
 */
export function registerWasmKernels(
  build: WasmBuild = bestBuild(),
  threads?: ProductThreads,
): void {
  const bind = createBind(build, threads);
  const kernels = [
    ...selectionKernels.map(wasmKernel),
    ...rowKernelsWasm(bind),
    reluGradientWasm(bind),
    { ...groupedMatMulWasm(bind), threads: threads?.count ?? 1 },
    fusedLinearWasm(bind),
    groupedOuterWasm(bind),
    batchMatMulKernel(bind),
    unsortedSegmentSumKernel,
    identityKernel,
  ];
  kernels.forEach(replaceKernel);
}

/** Threads that the registered products run on. */
export function wasmThreads(): number {
  return (getKernel('MoeGroupedMatMul', 'wasm') as { threads?: number } | undefined)?.threads ?? 1;
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

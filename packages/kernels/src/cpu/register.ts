import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel, util } from '@tensorflow/tfjs-core';

import type { HostKernel } from '../host/kernel.js';
import { productKernels, rowKernels, selectionKernels } from '../host/kernels.js';

/** What the kernels need of tfjs's cpu backend. */
interface CpuBackend {
  readSync(dataId: object): Float32Array;
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

/** The readable reference: every kernel is the plain arithmetic of `host/`. */
export function registerCpuKernels(): void {
  for (const kernel of [...selectionKernels, ...rowKernels, ...productKernels]) {
    registerKernel(cpuKernel(kernel));
  }
}

function cpuKernel(kernel: HostKernel): KernelConfig {
  return {
    kernelName: kernel.kernelName,
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const cpu = backend as CpuBackend;
      const read = Object.fromEntries(
        Object.entries(inputs as Record<string, TensorInfo>).map(([name, info]) => [
          name,
          { values: cpu.readSync(info.dataId), shape: info.shape },
        ]),
      );
      const shape = kernel.outputShape(read, attrs as never);
      const output = new Float32Array(util.sizeFromShape(shape));
      kernel.compute(output, read, attrs as never);
      return cpu.makeTensorInfo(shape, 'float32', output);
    },
  };
}

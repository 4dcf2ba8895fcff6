import { registerKernel } from '@tensorflow/tfjs-core';

import { productKernels, rowKernels, selectionKernels } from '../host/kernels.js';
import { hostKernelConfig } from '../host/memory.js';
import { cpuMemory } from './memory.js';

/** The readable reference: every kernel is the plain arithmetic of `host/`. */
export function registerCpuKernels(): void {
  for (const kernel of [...selectionKernels, ...rowKernels, ...productKernels]) {
    registerKernel(hostKernelConfig(kernel, cpuMemory));
  }
}

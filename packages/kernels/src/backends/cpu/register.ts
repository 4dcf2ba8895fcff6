import { registerKernel } from '@tensorflow/tfjs-core';

import type { Backend } from '../contract/backend.js';
import { productKernels, rowKernels, selectionKernels } from '../host/kernels.js';
import { hostKernelConfig } from '../contract/host-memory.js';
import { cpuMemory } from './memory.js';

export const cpu: Backend = {
  register: registerCpuKernels,
  precisions: [],
  memory: cpuMemory,
};

/** The readable reference: every kernel is the plain arithmetic of `host/`. */
function registerCpuKernels(): void {
  for (const kernel of [...selectionKernels, ...rowKernels, ...productKernels]) {
    registerKernel(hostKernelConfig(kernel, cpuMemory));
  }
}

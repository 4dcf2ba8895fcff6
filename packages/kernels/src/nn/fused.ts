import { registerKernel } from '@tensorflow/tfjs-core';

import { findBackend } from '../backends/find-backend.js';
import type { FusedKernel } from '../kernel/fused-kernel.js';
import { fusedKernel } from '../kernel/fused-kernel.js';
import type { Gradient } from '../kernel/gradient.js';
import { ensureGradient } from '../kernel/gradient.js';
import type { HostKernel } from '../backends/contract/host-kernel.js';
import { hostKernelConfig } from '../backends/contract/host-memory.js';
import type { KernelName } from '../kernel/kernel-map.js';
import { hasKernel } from '../kernel/run.js';

/**
 * A kernel where the current backend computes it in one piece: by its own kernel of that name, or on the host where it
 * keeps its tensors there. `undefined` elsewhere. A kernel of the backend has its gradient kernel too.
 * @param gradient absent where nothing differentiates through the kernel
 */
export function fused<Name extends KernelName>(
  kernel: HostKernel<Name>,
  gradient?: Gradient<Name>,
): FusedKernel<Name> | undefined {
  if (gradient) ensureGradient(gradient);
  if (!hasKernel(kernel.kernelName)) registerOnHost(kernel);
  return fusedKernel(kernel.kernelName);
}

function registerOnHost<Name extends KernelName>(kernel: HostKernel<Name>): void {
  const memory = findBackend()?.memory;
  if (memory) registerKernel(hostKernelConfig(kernel, memory));
}

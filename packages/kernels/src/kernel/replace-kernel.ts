import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs-core';
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

/** Registers a kernel in place of what its backend had under its name, without tfjs's warning. */
export function replaceKernel(kernel: KernelConfig): void {
  const { kernelName, backendName } = kernel;
  if (getKernel(kernelName, backendName)) unregisterKernel(kernelName, backendName);
  registerKernel(kernel);
}

/** Puts a kernel around one that a backend has; where it has none, nothing. */
export function wrapKernel(
  kernelName: string,
  backendName: string,
  around: (kernelFunc: KernelFunc) => KernelConfig,
): void {
  const kernel = getKernel(kernelName, backendName);
  if (kernel) replaceKernel(around(kernel.kernelFunc));
}

import { registerComposedKernels } from '../composed/register.js';

/**
 * Stands for `register.ts` where a bundler builds for a browser (the package's `imports`): the backend of tfjs-node is not
 * there, and 6 kB of kernels for it would be. Should a program meet it all the same, tfjs's own operations compute.
 */
export function registerTensorflowKernels(): void {
  registerComposedKernels('tensorflow');
}

import type { Backend } from '../contract/backend.js';
import { registerComposedKernels } from '../composed/register.js';
import type { RoutingOperations } from '../../kernel/routing-operations.js';

/**
 * Stands for `index.ts` where a bundler builds for a browser (the package's `imports`): the backend of tfjs-node is not
 * there, and 6 kB of kernels for it would be. Should a program meet it all the same, tfjs's operations compute.
 */
export const tensorflow: Backend = {
  register: () => registerComposedKernels('tensorflow'),
  precisions: [],
};

export function registerNativeTraining(): void {
  // no such operations
}

export const fusedRouting: RoutingOperations = {
  balanceLoss: () => undefined,
  zLoss: () => undefined,
  stats: () => undefined,
};

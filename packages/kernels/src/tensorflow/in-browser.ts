import type { Backend } from '../backend.js';
import { registerComposedKernels } from '../composed/register.js';
import type { RoutingOperations } from '../routing-operations.js';

/**
 * Stands for `index.ts` where a bundler builds for a browser (the package's `imports`): the backend of tfjs-node is not
 * there, and 6 kB of kernels for it would be. Should a program meet it all the same, tfjs's operations compute.
 */
export const tensorflow: Backend = {
  register: () => registerComposedKernels('tensorflow'),
  precisions: [],
};

export const fusedRouting: RoutingOperations = {
  balanceLoss: () => undefined,
  zLoss: () => undefined,
  stats: () => undefined,
};

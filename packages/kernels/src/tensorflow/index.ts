export { registerTensorflowKernels } from './register.js';
export { fusedRouting } from './routing.js';

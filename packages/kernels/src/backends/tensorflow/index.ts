export { tensorflow } from './register.js';
export { fusedRouting } from './routing.js';
export { registerNativeTraining } from './training-kernels.js';

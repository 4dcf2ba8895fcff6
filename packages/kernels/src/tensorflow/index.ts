export { tensorflow } from './register.js';
export { fusedRouting } from './routing.js';

export { cliErrors } from './errors.js';
export { createProgram } from './program.js';
export { builtInPlugins } from './container.js';

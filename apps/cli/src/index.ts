export { cliErrors } from './errors.js';
export { createProgram } from './program.js';
export { builtInRouters } from './registry.js';
export { runCli } from './run-cli.js';

export { bestBuild as wasmBuild } from './module.js';
export type { WasmBuild } from './module.js';
export { registerWasmKernels } from './register.js';

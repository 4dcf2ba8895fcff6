import { findBackend } from './find-backend.js';

/** Whether the current backend keeps its tensors in host memory (cpu, wasm), so that looking at one waits for nothing. */
export function inHostMemory(): boolean {
  return findBackend()?.memory !== undefined;
}

import type { WasmBackend } from './heap.js';
import type { WasmBuild, WasmKernels } from './module.js';
import { instantiate } from './module.js';

/** The kernels on the heap of one backend, with what they need of it. */
export interface Bound {
  readonly backend: WasmBackend;
  readonly kernels: WasmKernels;
  /** Byte offset of the products' scratch. */
  readonly scratch: number;
}

export type Bind = (backend: WasmBackend) => Bound;

/** Binds a build to whatever wasm backend is current; scratch is taken from its heap once. */
export function createBind(build: WasmBuild): Bind {
  let bound: Bound | undefined;
  return (backend) => (bound = bound?.backend === backend ? bound : bindTo(backend, build));
}

function bindTo(backend: WasmBackend, build: WasmBuild): Bound {
  const kernels = instantiate(build, backend.wasm.asm.memory);
  return { backend, kernels, scratch: backend.wasm._malloc(kernels.scratchBytes()) >>> 0 };
}

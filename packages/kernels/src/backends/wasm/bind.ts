import type { WasmKernels } from './exports.js';
import type { WasmBackend } from './heap.js';
import type { WasmBuild } from './module.js';
import { instantiate } from './module.js';
import type { Product } from './product.js';

/** The kernels on the heap of one backend, with what they need of it. */
export interface Bound {
  readonly backend: WasmBackend;
  readonly kernels: WasmKernels;
  /** Byte offset of the products' scratch. */
  readonly scratch: number;
  readonly threads: ProductThreads | undefined;
}

/** Computes products on several cores, with the bytes of one. */
export interface ProductThreads {
  /** The calling thread included. */
  readonly count: number;
  multiplyAll(bound: Bound, products: readonly Product[]): void;
}

export type Bind = (backend: WasmBackend) => Bound;

/** Binds a build to whatever wasm backend is current; scratch is taken from its heap once. */
export function createBind(build: WasmBuild, threads?: ProductThreads): Bind {
  let bound: Bound | undefined;
  return (backend) => {
    if (bound?.backend === backend) return bound;
    const kernels = instantiate(build, backend.wasm.asm.memory);
    const scratch = backend.wasm._malloc(kernels.scratchBytes()) >>> 0;
    return (bound = { backend, kernels, scratch, threads });
  };
}

import type { ConcreteBackend } from './names.js';
import { webAssemblySupport } from './web-assembly.js';

/** What is known of a backend without starting it. */
export interface BackendFinding {
  readonly name: ConcreteBackend;
  /** Its packages can be imported. */
  readonly found: boolean;
  /** A router can be trained on it here. */
  readonly usable: boolean;
  /** Why, in words. */
  readonly reason: string;
  /** How to get it; empty when it is there. */
  readonly howToGet: string;
  /** The module that registers it. */
  readonly module: string | null;
}

/** Tells whether a module can be imported from here. */
export type Resolves = (module: string) => boolean;

/** All backends in the order of preference: CUDA or TensorFlow's CPU, a hardware WebGPU adapter, wasm, plain JavaScript. */
export function findBackends(resolves: Resolves = canImport): readonly BackendFinding[] {
  return [tensorflow(resolves), webgpu(resolves), wasm(resolves), cpu()];
}

function tensorflow(resolves: Resolves): BackendFinding {
  const module = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].find(resolves) ?? null;
  return {
    name: 'tensorflow',
    found: module !== null,
    usable: module !== null,
    module,
    reason: module ? `${module} is installed` : 'neither tfjs-node-gpu nor tfjs-node is installed',
    howToGet: module ? '' : 'npm install @tensorflow/tfjs-node-gpu (CUDA) or @tensorflow/tfjs-node',
  };
}

function webgpu(resolves: Resolves): BackendFinding {
  const missing = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].filter((name) => !resolves(name));
  const found = missing.length === 0;
  return {
    name: 'webgpu',
    found,
    usable: false,
    module: null,
    reason: found
      ? 'found, but routing needs a synchronous read there, so nothing can be trained yet'
      : `${missing.join(' and ')} not installed`,
    howToGet: found
      ? 'Training on it is not possible yet; use tensorflow or wasm.'
      : `npm install ${missing.join(' ')} (for inference; training on it is not possible yet)`,
  };
}

function wasm(resolves: Resolves): BackendFinding {
  const module = '@tensorflow/tfjs-backend-wasm';
  const found = resolves(module) && webAssemblySupport().present;
  return {
    name: 'wasm',
    found,
    usable: found,
    module,
    reason: found ? 'WebAssembly, one thread per worker process' : `${module} is not installed`,
    howToGet: found ? '' : `npm install ${module}`,
  };
}

function cpu(): BackendFinding {
  return {
    name: 'cpu',
    found: true,
    usable: true,
    module: null,
    reason: 'plain JavaScript, slow: the reference',
    howToGet: '',
  };
}

function canImport(module: string): boolean {
  try {
    import.meta.resolve(module);
    return true;
  } catch {
    return false;
  }
}

import type { ConcreteBackend } from './names.js';
import { gpuVisible } from './tensorflow/gpu-visible.js';
import type { InstalledBackend } from './tensorflow/list-installed.js';
import { bestInstalled } from './tensorflow/list-installed.js';
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
  /** The folder of one that `moekit backend install` made. */
  readonly installed?: InstalledBackend;
  /** Place among the usable ones for `auto`; lower is better. */
  readonly rank: number;
}

/** Tells whether a module can be imported from here. */
export type Resolves = (module: string) => boolean;

/** The order of preference: CUDA, TensorFlow's CPU, wasm, plain JavaScript; WebGPU for those who ask for it. */
const RANK = { cuda: 0, tensorflow: 1, wasm: 2, cpu: 3, webgpu: 4 } as const;

/** All backends, each with its place in the order of preference. */
export function findBackends(
  resolves: Resolves = canImport,
  installed: InstalledBackend | null = bestInstalled() ?? null,
): readonly BackendFinding[] {
  return [tensorflow(resolves, installed), webgpu(resolves), wasm(resolves), cpu()];
}

function tensorflow(resolves: Resolves, installed: InstalledBackend | null): BackendFinding {
  if (installed?.manifest) return installedTensorflow(installed);
  const module = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'].find(resolves) ?? null;
  const gpu = module === '@tensorflow/tfjs-node-gpu' && gpuVisible();
  return {
    name: 'tensorflow',
    found: module !== null,
    usable: module !== null,
    module,
    reason: module ? `${module} is installed` : 'not installed',
    howToGet: module ? '' : 'moekit backend install tensorflow (for CUDA: --gpu)',
    rank: gpu ? RANK.cuda : RANK.tensorflow,
  };
}

function installedTensorflow(installed: InstalledBackend): BackendFinding {
  const { tensorflow: version, device } = installed.manifest!;
  const cuda = device === 'gpu' && gpuVisible();
  const noGpu = device === 'gpu' && !cuda ? ', as no GPU is visible' : '';
  return {
    name: 'tensorflow',
    found: true,
    usable: true,
    module: null,
    installed,
    reason: `TensorFlow ${version} on ${cuda ? 'CUDA' : `the CPU${noGpu}`}`,
    howToGet: '',
    rank: cuda ? RANK.cuda : RANK.tensorflow,
  };
}

/** Never chosen by itself: whether its adapter is hardware is known only once it has been started. */
function webgpu(resolves: Resolves): BackendFinding {
  const missing = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].filter((name) => !resolves(name));
  const found = missing.length === 0;
  return {
    name: 'webgpu',
    found,
    usable: found,
    module: '@tensorflow/tfjs-backend-webgpu',
    reason: found
      ? 'trains without reading back, on an adapter that Dawn finds; ask for it with --backend webgpu'
      : `${missing.join(' and ')} not installed`,
    howToGet: found ? '' : `npm install ${missing.join(' ')}`,
    rank: RANK.webgpu,
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
    rank: RANK.wasm,
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
    rank: RANK.cpu,
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

import type { AdapterSummary } from '@moekit/kernels/dawn';

import type { InstalledBackend } from '../tensorflow/list-installed.js';
import { bestInstalled } from '../tensorflow/list-installed.js';
import { canImport } from './can-import.js';
import type { ConcreteBackend } from './names.js';
import { gpuVisible } from './gpu-visible.js';
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

/**
 * The order of preference: CUDA, WebGPU on hardware, TensorFlow's CPU, wasm, plain JavaScript; WebGPU in software is for
 * those who ask for it.
 */
const RANK = { cuda: 0, webgpu: 1, tensorflow: 2, wasm: 3, cpu: 4, softwareWebgpu: 5 } as const;

/**
 * All backends, each with its place in the order of preference.
 * @param adapter what WebGPU would run on (`probeAdapter`); `auto` takes WebGPU only where it is
 *   known, and hardware
 */
export function findBackends(
  resolves: Resolves = canImport,
  installed: InstalledBackend | null = bestInstalled() ?? null,
  adapter?: AdapterSummary,
): readonly BackendFinding[] {
  return [tensorflow(resolves, installed), webgpu(resolves, adapter), wasm(resolves), cpu()];
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

/** Chosen by itself on a hardware adapter alone; usable on any, also where nobody asked for the adapter yet. */
function webgpu(resolves: Resolves, adapter?: AdapterSummary): BackendFinding {
  const missing = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].filter((name) => !resolves(name));
  const found = missing.length === 0;
  return {
    name: 'webgpu',
    found,
    usable: found,
    module: '@tensorflow/tfjs-backend-webgpu',
    reason: found ? describe(adapter) : `${missing.join(' and ')} not installed`,
    howToGet: found ? '' : `npm install ${missing.join(' ')}`,
    rank: adapter?.software === false ? RANK.webgpu : RANK.softwareWebgpu,
  };
}

function describe(adapter: AdapterSummary | undefined): string {
  if (!adapter) return 'on an adapter that Dawn finds; ask for it with --backend webgpu';
  if (!adapter.software) return `on ${adapter.name}, nothing is read back`;
  return `${adapter.name} computes on the processor; ask for it with --backend webgpu`;
}

function wasm(resolves: Resolves): BackendFinding {
  const module = '@tensorflow/tfjs-backend-wasm';
  const found = resolves(module) && webAssemblySupport().present;
  return {
    name: 'wasm',
    found,
    usable: found,
    module,
    reason: found
      ? `WebAssembly, ${wasmThreads()} per worker process`
      : `${module} is not installed`,
    howToGet: found ? '' : `npm install ${module}`,
    rank: RANK.wasm,
  };
}

/** As `selectBackend` starts it. */
function wasmThreads(): string {
  const threads = process.env['MOEKIT_WASM_THREADS'];
  return threads ? `${threads} threads (MOEKIT_WASM_THREADS)` : 'one thread';
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

import { registerWasmKernels, wasmBuild } from '@moekit/kernels/wasm';
import type { KernelConfig } from '@tensorflow/tfjs-core';
import {
  getBackend,
  getKernelsForBackend,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

/** All kernels of a backend, as they were registered at one moment, by name. */
export type KernelSet = ReadonlyMap<string, KernelConfig>;

/** The kernels that moekit's layer on wasm is compared with in one run. */
export interface WasmKernelSets {
  /** tfjs's own, before moekit has replaced anything. */
  readonly stock: KernelSet;
  /** moekit's for engines without relaxed SIMD; null where this is one. */
  readonly simd: KernelSet | null;
}

/** Starts tfjs's wasm backend and leaves its kernels unchanged. */
export async function wasmKernelSets(): Promise<WasmKernelSets> {
  const tf = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-wasm');
  await tf.setBackend('wasm');
  const stock = registered('wasm');
  if (wasmBuild() === 'simd') return { stock, simd: null };
  registerWasmKernels('simd');
  const simd = registered('wasm');
  exchange('wasm', stock);
  return { stock, simd };
}

/** Computes with other kernels on the current backend. */
export async function withKernels<T>(set: KernelSet, compute: () => Promise<T>): Promise<T> {
  const backend = getBackend();
  const before = registered(backend);
  exchange(backend, set);
  try {
    return await compute();
  } finally {
    exchange(backend, before);
  }
}

function registered(backend: string): KernelSet {
  return new Map(getKernelsForBackend(backend).map((kernel) => [kernel.kernelName, kernel]));
}

function exchange(backend: string, set: KernelSet): void {
  const now = registered(backend);
  for (const [name, kernel] of now) {
    if (set.get(name) !== kernel) unregisterKernel(name, backend);
  }
  for (const [name, kernel] of set) {
    if (now.get(name) !== kernel) registerKernel(kernel);
  }
}

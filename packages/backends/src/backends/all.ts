import type { Backend } from './backend.js';
import { cpu } from './cpu.js';
import { tensorflow } from './tensorflow.js';
import { wasm } from './wasm.js';
import { webgpu } from './webgpu.js';

/**
 * Every backend. The order of preference, by the findings' ranks: CUDA, WebGPU on hardware, TensorFlow's CPU, wasm, plain
 * JavaScript. WebGPU in software comes last: it is for programs that ask for it.
 */
export const BACKENDS = [tensorflow, webgpu, wasm, cpu] as const;

export type ConcreteBackend = (typeof BACKENDS)[number]['name'];
export type BackendName = 'auto' | ConcreteBackend;

/** Names that a program can ask for; `auto` takes the usable one of the best rank. */
export const BACKEND_NAMES: readonly BackendName[] = ['auto', ...BACKENDS.map(({ name }) => name)];

export function backendNamed(name: ConcreteBackend): Backend<ConcreteBackend> {
  return BACKENDS.find((backend) => backend.name === name)!;
}

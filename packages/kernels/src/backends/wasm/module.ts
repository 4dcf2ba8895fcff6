import { fail } from '../../errors/codes.js';
import { describeValue } from '../../errors/describe-value.js';
import * as artefacts from './artefacts.js';
import type { WasmKernels } from './exports.js';

/** `relaxedSimd` multiplies and adds with one rounding: up to twice as fast, other last bits. */
export type WasmBuild = 'simd' | 'relaxedSimd';

/** @throws KERNELS_VALUE unless the value is a build of the kernels */
export function assertBuild(build: unknown): void {
  if (build === 'simd' || build === 'relaxedSimd') return;
  throw fail('KERNELS_VALUE', {
    asked: 'A build must be simd or relaxedSimd',
    got: describeValue(build),
    fix: 'Leave it out to take the fastest.',
  });
}

/** The fastest build this engine runs. Node 20 and 21 know relaxed SIMD behind a flag that can be set while running. */
export function bestBuild(): WasmBuild {
  const bytes = decode(artefacts.relaxedSimd);
  if (!WebAssembly.validate(bytes)) enableRelaxedSimd();
  return WebAssembly.validate(bytes) ? 'relaxedSimd' : 'simd';
}

/** Instantiates a build on a memory: a few kilobytes, compiled synchronously. */
export function instantiate(build: WasmBuild, memory: WebAssembly.Memory): WasmKernels {
  const shared =
    typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  const module = compile(shared ? `${build}Shared` : build);
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as WasmKernels;
}

/** Compiles a build for memory of one thread, or for memory that threads share. */
export function compile(artefact: WasmBuild | `${WasmBuild}Shared`): WebAssembly.Module {
  return new WebAssembly.Module(decode(artefacts[artefact]));
}

function enableRelaxedSimd(): void {
  const builtin = globalThis.process?.getBuiltinModule?.('node:v8');
  builtin?.setFlagsFromString('--experimental-wasm-relaxed-simd');
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

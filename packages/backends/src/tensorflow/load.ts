import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Mended } from '@moekit/kernels/tensorflow';
import { prepareTensorflow } from '@moekit/kernels/tensorflow';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { engine, ready, setBackend } from '@tensorflow/tfjs-core';

import { fail } from '../errors.js';
import type { NativeOperations } from './load-native.js';
import { loadNative } from './load-native.js';
import type { BackendManifest } from './manifest.js';
import { PACKAGE, readManifest } from './manifest.js';
import type { TensorflowSettings } from './set-environment.js';
import { setEnvironment } from './set-environment.js';
import { shareModules } from './share-modules.js';

/** The TensorFlow that runs after loading. */
export interface LoadedTensorflow {
  readonly tensorflow: string;
  readonly device: 'cpu' | 'cuda';
  /** True if products may use TF32; null on a CPU, which has none. */
  readonly tf32: boolean | null;
  readonly mended: readonly Mended[];
  readonly native: NativeOperations;
  readonly manifest: BackendManifest;
}

interface NodeBackend extends KernelBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * Loads an installed backend into this process and makes it current. Settings count for the first load of a process
 * only: TensorFlow reads them once.
 * @param dir folder of the installed backend
 * @throws BACKEND_NOT_INSTALLED, BACKEND_INCOMPLETE, BACKEND_LOAD
 */
export async function loadTensorflow(
  dir: string,
  settings: TensorflowSettings = {},
): Promise<LoadedTensorflow> {
  const manifest = readManifest(dir);
  setEnvironment(process.env, settings);
  const mended = prepareTensorflow(await start(dir));
  const { binding, isUsingGpuDevice } = engine().backend as NodeBackend;
  return {
    tensorflow: binding.TF_Version,
    device: isUsingGpuDevice ? 'cuda' : 'cpu',
    tf32: isUsingGpuDevice ? process.env['NVIDIA_TF32_OVERRIDE'] !== '0' : null,
    mended,
    native: loadNative(dir, manifest),
    manifest,
  };
}

async function start(dir: string): Promise<KernelBackend> {
  const entry = join(dir, PACKAGE, 'dist', 'index.js');
  try {
    shareModules(entry);
    createRequire(entry)(entry);
    if (await setBackend('tensorflow')) await ready();
  } catch (cause) {
    throw unloadable(dir, firstLine(cause), cause);
  }
  const backend = engine().findBackend('tensorflow');
  if (backend === undefined || backend === null) throw unloadable(dir, 'no backend registered');
  return backend;
}

function unloadable(dir: string, got: string, cause?: unknown) {
  return fail('BACKEND_LOAD', {
    asked: `The TensorFlow backend in ${dir} does not load: ${got}`,
    fix: 'Run moekit backend verify. If that fails too, run moekit backend install tensorflow --force.',
    cause,
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

import { prepareTensorflow, registerKernels } from '@moekit/kernels';
import type { AdapterSummary } from '@moekit/kernels/dawn';
import { startDawn } from '@moekit/kernels/dawn';
import { startWasmThreads } from '@moekit/kernels/threads';

import { fail } from '../errors.js';
import { backendVersions } from '../find/backend-versions.js';
import { pickBackend } from '../find/choose-backend.js';
import { describeBackend } from '../find/describe-backend.js';
import type { BackendFinding } from '../find/find-backends.js';
import type { ConcreteBackend } from '../find/names.js';
import { loadTensorflow } from '../tensorflow/load.js';
import { setEnvironment } from '../tensorflow/set-environment.js';

/** The backend that runs. */
export interface StartedBackend {
  readonly name: ConcreteBackend;
  /** Of TensorFlow.js and of what it computes with: packages, TensorFlow's build and precision, WebGPU's adapter. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Starts a backend in this process, with its gradients and the dispatch kernels. TensorFlow.js falls back to another
 * backend without a word, so what runs afterwards is checked.
 * @param asked a name, or `auto`
 * MOEKIT_WASM_THREADS=2 lets wasm compute products on two threads; on one by default, since trials that run side by side
 * already fill the cores.
 * @throws BACKEND_UNKNOWN, BACKEND_MISSING, KERNELS_VALUE and KERNELS_THREAD for the threads
 */
export async function startBackend(asked: string): Promise<StartedBackend> {
  const finding = await pickBackend(asked);
  const { name, module } = finding;
  const adapter = await run(finding);
  registerKernels(name);
  const threads = process.env['MOEKIT_WASM_THREADS'];
  if (name === 'wasm' && threads) await startWasmThreads(Number(threads));
  const packages = backendVersions(['@tensorflow/tfjs', ...(module === null ? [] : [module])]);
  return {
    name,
    versions: { ...packages, ...(await describeBackend(finding, async () => adapter)) },
  };
}

/** @returns the adapter that WebGPU runs on      @throws BACKEND_MISSING */
async function run(finding: BackendFinding): Promise<AdapterSummary | undefined> {
  const { name } = finding;
  const tf = await import('@tensorflow/tfjs'); // the union package: it alone registers the gradients
  let started = false;
  let adapter: AdapterSummary | undefined;
  let cause: unknown;
  try {
    adapter = await load(finding);
    started = await tf.setBackend(name);
    await tf.ready();
    if (started && name === 'tensorflow') prepareTensorflow(tf.backend());
  } catch (error) {
    cause = error;
  }
  if (started && tf.getBackend() === name) return adapter;
  throw fail('BACKEND_MISSING', {
    asked: `Backend ${name} must start`,
    got: cause instanceof Error ? cause.message.split('\n')[0]! : `${tf.getBackend()} instead`,
    fix: 'Choose another with --backend, or run moekit doctor.',
    cause,
  });
}

/** Registers a backend with TensorFlow.js. */
async function load({
  name,
  module,
  installed,
}: BackendFinding): Promise<AdapterSummary | undefined> {
  if (installed) await loadTensorflow(installed.dir);
  if (installed || module === null) return undefined;
  if (name === 'tensorflow') setEnvironment(process.env);
  const adapter = name === 'webgpu' ? await startDawn() : undefined;
  await import(module);
  return adapter;
}

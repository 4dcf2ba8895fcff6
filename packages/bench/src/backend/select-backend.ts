import { prepareTensorflow, registerKernels } from '@moekit/kernels';
import { startDawn } from '@moekit/kernels/dawn';
import { startWasmThreads } from '@moekit/kernels/threads';

import { fail } from '../errors.js';
import { pickBackend } from './choose-backend.js';
import type { ConcreteBackend } from './names.js';
import { loadTensorflow } from './tensorflow/load.js';
import { setEnvironment } from './tensorflow/set-environment.js';

/**
 * Starts a backend in this process, with its gradients and the dispatch kernels. TensorFlow.js falls back to another
 * backend without a word, so what runs afterwards is checked.
 * @param asked a name, or `auto`      @returns the backend that runs
 * MOEKIT_WASM_THREADS=2 lets wasm compute products on two threads; on one by default, since trials that run side by side
 * already fill the cores.
 * @throws BENCH_BACKEND_UNKNOWN, BENCH_BACKEND_MISSING, KERNELS_VALUE and KERNELS_THREAD for the threads
 */
export async function selectBackend(asked: string): Promise<ConcreteBackend> {
  const { name, module, installed } = await pickBackend(asked);
  const tf = await import('@tensorflow/tfjs'); // the union package: it alone registers the gradients
  let started = false;
  let cause: unknown;
  try {
    if (installed) await loadTensorflow(installed.dir);
    else if (module !== null) {
      if (name === 'tensorflow') setEnvironment(process.env);
      if (name === 'webgpu') await startDawn();
      await import(module);
    }
    started = await tf.setBackend(name);
    await tf.ready();
    if (started && name === 'tensorflow') prepareTensorflow(tf.backend());
  } catch (error) {
    cause = error;
  }
  if (!started || tf.getBackend() !== name) {
    throw fail('BENCH_BACKEND_MISSING', {
      asked: `Backend ${name} must start`,
      got: cause instanceof Error ? cause.message.split('\n')[0]! : `${tf.getBackend()} instead`,
      fix: 'Choose another with --backend, or run moekit doctor.',
      cause,
    });
  }
  registerKernels(name);
  const threads = process.env['MOEKIT_WASM_THREADS'];
  if (name === 'wasm' && threads) await startWasmThreads(Number(threads));
  return name;
}

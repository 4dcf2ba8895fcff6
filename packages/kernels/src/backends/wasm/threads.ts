import { engine } from '@tensorflow/tfjs-core';

import { fail } from '../../errors/codes.js';
import { assertBuild, bestBuild } from './module.js';
import type { WasmBuild } from './module.js';
import { registerWasmKernels } from './register.js';
import { startPool } from './thread-pool.js';

/** Threads that help the wasm backend of this process. */
export interface WasmThreads {
  /** Threads that compute, the calling one included. */
  readonly count: number;
  /** Ends them; products run on the calling thread again. Also when the backend is disposed. */
  stop(): void;
}

/**
 * Computes the products of the wasm backend on several threads of Node (`worker_threads`, memory of their own that they
 * share). Off until this is called: a machine that runs several trials has no core to spare. Results have the bytes of one
 * thread. The threads do not keep the process alive.
 * @param count threads that compute, the calling one included, from 1
 * @throws KERNELS_VALUE; KERNELS_THREAD where they do not start, and from an operation whose thread has failed
 */
export async function startWasmThreads(
  count: number,
  build: WasmBuild = bestBuild(),
): Promise<WasmThreads> {
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw fail('KERNELS_VALUE', {
      asked: 'Threads for the wasm backend must be a whole number from 1 to 64',
      got: String(count),
      fix: 'Pass the number of cores that are free.',
    });
  }
  assertBuild(build);
  const pool = await startPool(count - 1, build);
  registerWasmKernels(build, pool);
  const stop = () => {
    if (pool.end()) registerWasmKernels(build);
  };
  stopWithBackend(stop);
  return { count, stop };
}

/** A backend that is disposed takes its threads with it. */
function stopWithBackend(stop: () => void): void {
  const backend = engine().findBackend('wasm');
  if (!backend) return;
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    stop();
    dispose();
  };
}

import { startWasmThreads } from '@moekit/kernels/threads';

import { webAssemblySupport } from '../machine/web-assembly.js';
import type { Backend } from './backend.js';

const RANK = 30;
const MODULE = '@tensorflow/tfjs-backend-wasm';

/**
 * WebAssembly. MOEKIT_WASM_THREADS=2 lets it compute products on two threads; on one by default, since trials that run side
 * by side already fill the cores.
 */
export const wasm: Backend<'wasm'> = {
  name: 'wasm',
  find: ({ resolves }) => {
    const found = resolves(MODULE) && webAssemblySupport().present;
    return {
      found,
      usable: found,
      module: MODULE,
      reason: found
        ? `WebAssembly, ${describeThreads()} per worker process`
        : `${MODULE} is not installed`,
      howToGet: found ? '' : `npm install ${MODULE}`,
      rank: RANK,
    };
  },
  load: async () => {
    await import(MODULE);
    return {};
  },
  started: async () => {
    const threads = askedThreads();
    if (threads) await startWasmThreads(Number(threads));
  },
};

const askedThreads = () => process.env['MOEKIT_WASM_THREADS'];

function describeThreads(): string {
  const threads = askedThreads();
  return threads ? `${threads} threads (MOEKIT_WASM_THREADS)` : 'one thread';
}

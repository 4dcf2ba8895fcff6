import type { Tensor } from '@tensorflow/tfjs-core';
import { getBackend } from '@tensorflow/tfjs-core';

import { fail } from '../errors/codes.js';

/** @throws KERNELS_SYNC_READ where the backend cannot answer synchronously (WebGPU under Node). */
export function readSync(x: Tensor): Float32Array {
  try {
    return x.dataSync<'float32'>();
  } catch (cause) {
    throw fail('KERNELS_SYNC_READ', {
      asked: `Routing on backend ${getBackend()} needs a synchronous read of the mask, which failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      fix: 'Use the wasm, cpu or tensorflow backend here.',
      cause,
    });
  }
}

import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

/**
 * A second tensor on the same data. tfjs-wasm copies instead, once for every tensor that the gradient tape saves and
 * every variable that is assigned; no kernel writes to its inputs, so sharing is safe, as tfjs's cpu backend does.
 */
export const identityKernel: KernelConfig = {
  kernelName: 'Identity',
  backendName: 'wasm',
  kernelFunc: ({ inputs, backend }) => {
    const { dataId, shape, dtype } = inputs['x'] as TensorInfo;
    (backend as { incRef(dataId: object): void }).incRef(dataId);
    return { dataId, shape, dtype };
  },
};

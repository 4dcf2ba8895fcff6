import type { KernelConfig, KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';

interface LimitedBackend {
  readonly device: { readonly limits: { readonly maxStorageBuffersPerShaderStage: number } };
  disposeData(dataId: object): boolean;
}

/**
 * tfjs adds any number of tensors in one program, which a device refuses beyond 7 (8 buffers, one of them the result);
 * the sum is then whatever was in memory. This adds as many as fit at a time, from left to right.
 */
export function addNKernel(atOnce: KernelFunc): KernelConfig {
  return {
    kernelName: 'AddN',
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { device, disposeData } = backend as LimitedBackend;
      const most = device.limits.maxStorageBuffersPerShaderStage - 1;
      const terms = Object.values(inputs) as TensorInfo[];
      const add = (some: TensorInfo[]) =>
        atOnce({ inputs: some as never, attrs: attrs ?? {}, backend }) as TensorInfo;
      let sum = add(terms.slice(0, most));
      for (let next = most; next < terms.length; next += most - 1) {
        const partial = sum;
        sum = add([partial, ...terms.slice(next, next + most - 1)]);
        disposeData.call(backend, partial.dataId);
      }
      return sum;
    },
  };
}

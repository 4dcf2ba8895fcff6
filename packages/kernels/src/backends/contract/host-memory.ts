import type { KernelConfig, TensorInfo, TypedArray } from '@tensorflow/tfjs-core';

import type { HostKernel } from './host-kernel.js';
import { mapInputs } from './host-kernel.js';

/** How a backend that keeps its tensors in host memory makes float32 outputs and shows tensors as arrays. */
export interface HostMemory<Backend = never> {
  readonly backendName: string;
  makeOutput(backend: Backend, shape: number[]): TensorInfo;
  view(backend: Backend, tensor: TensorInfo): TypedArray;
}

/** A host kernel as tfjs registers it. */
export function hostKernelConfig(kernel: HostKernel, memory: HostMemory): KernelConfig {
  return {
    kernelName: kernel.kernelName,
    backendName: memory.backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const infos = inputs as Record<string, TensorInfo>;
      const shapes = mapInputs(infos, ({ shape }) => shape) as never;
      const outputs = kernel
        .outputShapes(shapes, attrs as never)
        .map((shape) => memory.makeOutput(backend as never, shape));
      // views after the last allocation: the wasm heap may have moved
      const view = (info: TensorInfo) => memory.view(backend as never, info);
      kernel.compute(
        outputs.map(view) as never,
        mapInputs(infos, view) as never,
        attrs as never,
        shapes,
      );
      return outputs;
    },
  };
}

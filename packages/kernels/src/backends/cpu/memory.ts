import type { TensorInfo, TypedArray } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';

import type { HostMemory } from '../contract/host-memory.js';

/** The members of tfjs's cpu backend that the kernels need. */
interface CpuBackend {
  readSync(dataId: object): TypedArray;
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

export const cpuMemory: HostMemory<CpuBackend> = {
  backendName: 'cpu',
  makeOutput: (cpu, shape) =>
    cpu.makeTensorInfo(shape, 'float32', new Float32Array(util.sizeFromShape(shape))),
  view: (cpu, { dataId }) => cpu.readSync(dataId),
};

import type { TensorInfo } from '@tensorflow/tfjs-core';

import type { AdapterLike } from './adapter.js';

/** A compute program as tfjs's WebGPU backend takes it. */
export interface WebGpuProgram {
  variableNames: string[];
  outputShape: number[];
  uniforms: string;
  dispatchLayout: { x: number[]; y?: number[]; z?: number[] };
  dispatch: [number, number, number];
  workgroupSize: [number, number, number];
  shaderKey: string;
  size: boolean;
  outputComponent: number;
  variableComponents: number[];
  getUserCode(): string;
}

/** The members of tfjs's WebGPU backend that the kernels need; its package is an optional peer, so no type is imported. */
export interface WebGpuBackend {
  readonly device: {
    /** Older browsers do not say. */
    readonly adapterInfo?: AdapterLike['info'];
    readonly limits: { readonly maxComputeWorkgroupsPerDimension: number };
  };
  runWebGPUProgram(
    program: WebGpuProgram,
    inputs: TensorInfo[],
    dtype: 'float32' | 'int32',
    uniforms: { type: 'float32' | 'int32'; data: number[] }[],
  ): TensorInfo;
  makeTensorInfo(
    shape: number[],
    dtype: 'float32' | 'int32',
    values?: Float32Array | Int32Array,
  ): TensorInfo;
  disposeData(dataId: object): boolean;
}

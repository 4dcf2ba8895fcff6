import type { KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** What TensorFlow knows of a value: `id` names it in the binding. */
export interface RawOutput {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** tfjs-node's backend, as far as the kernels use it. */
export interface TensorflowBackend extends KernelBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: {
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    readonly TF_INT64: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    createTensor(shape: number[], dtype: number, values: Int32Array | Float32Array): number;
    deleteTensor(id: number): void;
    executeOp(name: string, attributes: Attribute[], ids: number[], outputs: number): RawOutput[];
  };
  getInputTensorIds(inputs: TensorInfo[]): number[];
  createOutputTensor(output: RawOutput): Tensor;
}

/** An attribute of an operation; those that TensorFlow infers from the inputs are left out. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

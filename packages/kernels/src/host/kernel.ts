/** Inputs of a host kernel: the values of each named tensor, with its shape. */
export interface HostInput {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** A kernel as plain arithmetic on typed arrays; the backends that keep tensors in host memory share it. */
export interface HostKernel<Attributes = never> {
  readonly kernelName: string;
  outputShape(inputs: Readonly<Record<string, HostInput>>, attributes: Attributes): number[];
  /** Writes every element of `output`, which comes uninitialised. */
  compute(
    output: Float32Array,
    inputs: Readonly<Record<string, HostInput>>,
    attributes: Attributes,
  ): void;
}

/** Attributes of every kernel that moves or multiplies planned rows. */
export type { DispatchPlan } from '../plan.js';

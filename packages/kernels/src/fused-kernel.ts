import type { Tensor } from '@tensorflow/tfjs-core';
import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';

/** @returns the outputs, owned by the caller */
export type FusedKernel<Input extends string = string> = (
  inputs: Readonly<Record<Input, Tensor>>,
  attributes?: Readonly<Record<string, number>>,
) => Tensor[];

/**
 * A computation that the current backend does in one piece, as `registerTrainingKernels` has for TensorFlow; `undefined`
 * where it has none and tfjs operations have to do it. It is no node of the tape: a `customGrad` calls it.
 */
export function fusedKernel<Input extends string = string>(
  kernelName: string,
): FusedKernel<Input> | undefined {
  if (!getKernel(kernelName, getBackend())) return undefined;
  return (inputs, attributes = {}) =>
    engine().runKernel(kernelName, inputs, attributes as never) as Tensor[];
}

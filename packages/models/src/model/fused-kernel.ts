import type { Tensor } from '@tensorflow/tfjs-core';
import { engine, getBackend, getKernel } from '@tensorflow/tfjs-core';

/**
 * A computation that the current backend does in one piece, as @moekit/kernels registers for TensorFlow; `undefined`
 * where it has none and tfjs operations have to do it. It is no node of the tape: a `customGrad` calls it.
 */
export function fusedKernel<Input extends string>(
  kernelName: string,
): ((inputs: Readonly<Record<Input, Tensor>>) => Tensor[]) | undefined {
  if (!getKernel(kernelName, getBackend())) return undefined;
  return (inputs) => engine().runKernel(kernelName, inputs) as Tensor[];
}

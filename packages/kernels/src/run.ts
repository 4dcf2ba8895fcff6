import type { Tensor } from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';

/** Runs a registered kernel on the current backend, on the tape. Attributes may hold any host value. */
export function run<Output extends Tensor>(
  kernelName: string,
  inputs: Record<string, Tensor>,
  attributes: Record<string, unknown>,
): Output {
  return engine().runKernel(kernelName, inputs, attributes as never);
}

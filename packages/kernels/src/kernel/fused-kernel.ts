import type { Tensor } from '@tensorflow/tfjs-core';

import type { Attributes, Inputs, KernelName, OutputTensors } from './kernel-map.js';
import { hasKernel, runAll } from './run.js';

/** @returns the outputs, owned by the caller */
export type FusedKernel<Name extends KernelName> = (
  inputs: Inputs<Name, Tensor>,
  attributes: Attributes<Name>,
) => OutputTensors<Name>;

/** A computation that the current backend does in one piece; `undefined` where tfjs operations have to do it. */
export function fusedKernel<Name extends KernelName>(
  kernelName: Name,
): FusedKernel<Name> | undefined {
  if (!hasKernel(kernelName)) return undefined;
  return (inputs, attributes) => runAll(kernelName, inputs, attributes);
}

import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';

import type { Attributes, Inputs, KernelName, PlannedName } from './kernel-map.js';
import { onDevice } from './run.js';

/** Computes a kernel with inputs of one kind: tensors, or tensors and a plan's table. */
type Compute<Inputs, Attributes, Backend> = (
  inputs: Inputs,
  attributes: Attributes,
  backend: Backend,
) => TensorInfo;

/** A kernel as tfjs registers it; its name types its inputs and attributes. */
export function kernelConfig<Name extends KernelName, Backend>(
  kernelName: Name,
  backendName: string,
  compute: Compute<Inputs<Name, TensorInfo>, Attributes<Name>, Backend>,
): KernelConfig {
  return config(kernelName, backendName, compute);
}

/** The same for plans that live on the device, whose table is an input. */
export function onDeviceConfig<Name extends PlannedName, Backend>(
  kernelName: Name,
  backendName: string,
  compute: Compute<DeviceInputs<Name>, Attributes<Name>, Backend>,
): KernelConfig {
  return config(onDevice(kernelName), backendName, compute);
}

export type DeviceInputs<Name extends PlannedName> = Inputs<Name, TensorInfo> & {
  readonly table: TensorInfo;
};

function config<Backend>(
  kernelName: string,
  backendName: string,
  compute: Compute<never, never, Backend>,
): KernelConfig {
  return {
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      compute(inputs as never, attrs as never, backend as Backend),
  };
}

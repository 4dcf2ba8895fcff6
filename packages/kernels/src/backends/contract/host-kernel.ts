import type { Attributes, Inputs, KernelName, Outputs } from '../../kernel/kernel-map.js';

/**
 * A kernel as plain arithmetic on typed arrays, in one pass over the data; the backends that keep tensors in host
 * memory share it. Inputs of int32 come as they lie.
 */
export interface HostKernel<Name extends KernelName = KernelName> {
  readonly kernelName: Name;
  /** Shapes of the float32 outputs, in order. */
  outputShapes(
    shapes: Inputs<Name, number[]>,
    attributes: Attributes<Name>,
  ): Outputs<Name, number[]>;
  /** Writes every element of the outputs, which come uninitialised. */
  compute(
    outputs: Outputs<Name, Float32Array>,
    inputs: Inputs<Name, Float32Array>,
    attributes: Attributes<Name>,
    shapes: Inputs<Name, number[]>,
  ): void;
}

/** Applies a function to each input. */
export function mapInputs<From, To>(
  inputs: Readonly<Record<string, From>>,
  f: (input: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, f(input)]));
}

import type { GradConfig, Tensor } from '@tensorflow/tfjs-core';
import { getGradient, registerGradient } from '@tensorflow/tfjs-core';

import type { Attributes, InputName, KernelName, OutputTensors } from './kernel-map.js';

/** The gradient by an output: a tensor, or one for each output of a kernel with several. */
type OutputGradient<Name extends KernelName> =
  OutputTensors<Name> extends [infer Only] ? Only : OutputTensors<Name>;

/** How gradients pass through a kernel, on every backend that has it. */
export interface Gradient<Name extends KernelName> {
  readonly kernelName: Name;
  readonly saved?: readonly InputName<Name>[];
  /** The output is saved too, behind the inputs. */
  readonly savesOutput?: boolean;
  of(
    dy: OutputGradient<Name>,
    saved: Tensor[],
    attributes: Attributes<Name>,
  ): { readonly [Input in InputName<Name>]?: () => Tensor };
}

/** A gradient as tfjs takes it. */
export function gradientConfig<Name extends KernelName>(gradient: Gradient<Name>): GradConfig {
  const { kernelName, saved = [], savesOutput = false } = gradient;
  return {
    kernelName,
    inputsToSave: [...saved],
    outputsToSave: savesOutput ? [true] : [],
    gradFunc: (dy, kept, attributes) =>
      gradient.of(dy as never, kept, attributes as never) as Record<string, () => Tensor>,
  };
}

/** Registers a gradient once. */
export function ensureGradient<Name extends KernelName>(gradient: Gradient<Name>): void {
  if (!getGradient(gradient.kernelName)) registerGradient(gradientConfig(gradient));
}

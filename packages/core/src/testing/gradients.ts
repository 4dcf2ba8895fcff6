import type { NamedTensorMap, Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { add, addN, mul, sum, variable, variableGrads } from '@tensorflow/tfjs-core';

import type { Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import type { Batch, Mode } from './batch.js';
import { tensorsOf } from './batch.js';
import { scoped } from './read-routing.js';

/** The gradient with respect to the input (`x`) or to one of the router's variables. */
export interface Gradient {
  readonly of: string;
  readonly values: Float32Array;
}

/**
 * Back-propagates the sum of each tensor that `outputs` picks, one after the other.
 * @returns for each output the gradients of x and of every variable; zeros where it does not depend on them
 */
export function gradientsOf(
  router: Router,
  batch: Batch,
  mode: Mode,
  outputs: (routing: Routing) => readonly Tensor[],
): Gradient[][] {
  const count = scoped(() => {
    const { x, context } = tensorsOf(batch, mode);
    return outputs(router.route(x, context)).length;
  });
  return Array.from({ length: count }, (_, i) =>
    gradientOf(router, batch, mode, (routing) => outputs(routing)[i]!),
  );
}

function gradientOf(
  router: Router,
  batch: Batch,
  mode: Mode,
  output: (routing: Routing) => Tensor,
): Gradient[] {
  return scoped(() => {
    const { x, context } = tensorsOf(batch, mode);
    const input = variable(x);
    try {
      const sources = [input, ...router.variables()];
      const { grads } = variableGrads(() => {
        const value = sum<Scalar>(output(router.route(input as unknown as Tensor2D, context)));
        return add(value, nothing(sources));
      }, sources);
      return sources.map((source, i) => readGradient(source, i, grads));
    } finally {
      input.dispose();
    }
  });
}

/** 0, but connected to every source: tfjs refuses to differentiate what depends on none of them. */
function nothing(sources: readonly Variable[]): Scalar {
  return mul(addN(sources.map((source) => sum<Scalar>(source as Tensor))), 0);
}

function readGradient(source: Variable, index: number, grads: NamedTensorMap): Gradient {
  const gradient = grads[source.name];
  const values = gradient ? gradient.dataSync<'float32'>().slice() : new Float32Array(source.size);
  return { of: index === 0 ? 'x' : `variables()[${index - 1}]`, values };
}

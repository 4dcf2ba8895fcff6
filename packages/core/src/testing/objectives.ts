import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core';
import { addN, mul, sum, tensor2d } from '@tensorflow/tfjs-core';

import type { Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { createRng, normalArray } from '../contract/rng.js';
import type { Batch, Mode } from './batch.js';
import type { ReadRouting } from './read-routing.js';
import { routeBatch } from './read-routing.js';

/** The stand-in for a task loss: sum of combineWeights, copy weights and constants times fixed random numbers. */
export function taskLoss({ combineWeights, zeroCompute }: Routing): Scalar {
  const { copyWeight: copied, constant } = zeroCompute ?? {};
  return addN([
    weighted(combineWeights),
    ...(copied ? [mul<Scalar>(sum(copied), COPY_VALUE)] : []),
    ...(constant ? [weighted(constant)] : []),
  ]);
}

function weighted(x: Tensor2D): Scalar {
  return sum<Scalar>(mul(x, tensor2d(taskWeights(x.size), x.shape)));
}

const COPY_VALUE = 0.7;

function taskWeights(size: number): Float32Array {
  return normalArray(createRng(31), size);
}

/** The same as plain float64 sums: the task loss, then each router loss. */
export function objectiveValues(router: Router, batch: Batch, mode: Mode) {
  const routed = routeBatch(router, batch, mode);
  const dotted = (values: Float32Array) => {
    const weights = taskWeights(values.length);
    return values.reduce((total, value, i) => total + value * weights[i]!, 0);
  };
  const copied = routed.copyWeight.reduce((total, w) => total + w * COPY_VALUE, 0);
  const task = dotted(routed.combineWeights) + copied + dotted(routed.constant);
  return {
    names: ['combineWeights', ...routed.losses.map(({ name }) => `loss ${name}`)],
    values: [task, ...routed.losses.map(({ value }) => value)],
    decision: decisionOf(routed),
  };
}

/** The decision of the routing, as text: while it stays the same, the objectives are smooth. */
function decisionOf(routed: ReadRouting): string {
  const { dispatchMask, selectionMask, zeroSlots, logits, tokens, experts } = routed;
  const ranking = Array.from({ length: tokens }, (_, t) => {
    const row = logits.subarray(t * experts, (t + 1) * experts);
    return [...row.keys()].sort((a, b) => row[b]! - row[a]!).join('');
  });
  return [dispatchMask.join(''), selectionMask.join(''), zeroSlots.join(), ranking.join()].join(
    '|',
  );
}

import type { Scalar } from '@tensorflow/tfjs-core';
import { add, mul, sum, tensor2d } from '@tensorflow/tfjs-core';

import type { Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { createRng, normalArray } from '../contract/rng.js';
import type { Batch, Mode } from './batch.js';
import type { ReadRouting } from './read-routing.js';
import { routeBatch } from './read-routing.js';

/** The stand-in for a task loss: sum of combineWeights (and copy weights) times fixed random numbers. */
export function taskLoss({ combineWeights, zeroCompute }: Routing): Scalar {
  const [tokens, experts] = combineWeights.shape;
  const weights = tensor2d(taskWeights(tokens * experts), [tokens, experts]);
  const routed = sum<Scalar>(mul(combineWeights, weights));
  const copied = zeroCompute?.copyWeight;
  return copied ? add(routed, mul(sum<Scalar>(copied), COPY_VALUE)) : routed;
}

const COPY_VALUE = 0.7;

function taskWeights(size: number): Float32Array {
  return normalArray(createRng(31), size);
}

/** The same as plain float64 sums: the task loss, then each router loss. */
export function objectiveValues(router: Router, batch: Batch, mode: Mode) {
  const routed = routeBatch(router, batch, mode);
  const weights = taskWeights(routed.combineWeights.length);
  let task = 0;
  routed.combineWeights.forEach((w, i) => (task += w * weights[i]!));
  routed.copyWeight.forEach((w) => (task += w * COPY_VALUE));
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

import type { CapacityPriority } from '@moekit/kernels';
import { mul } from '@tensorflow/tfjs-core';

import { assertMembers, assertWord } from '../arguments/assert-arguments.js';
import type { CapacityFactors, EvenShare } from '../routing/capacity.js';
import { assertCapacity, stepCapacity, withinCapacity } from '../routing/capacity.js';
import type { Router } from '../contract/router.js';
import type { Routing } from '../contract/routing.js';
import { wrapRouter } from './wrap-router.js';

export interface WithCapacityOptions extends CapacityFactors, EvenShare {
  /** Default rank-then-arrival. */
  readonly priority?: CapacityPriority;
}

const priorities = ['rank-then-arrival', 'rank-then-probability'];
const factors = ['capacityFactor', 'evalCapacityFactor', 'minCapacity'];
const known = [...factors, 'slots', 'rounding', 'priority'];

/**
 * A router whose experts have limited room: what it selects and what does not fit becomes its `selectionMask`, and a
 * dropped pair weighs nothing. Weights are not renormalised.
 * @throws MOE_OPTIONS
 * @param router one without a capacity of its own      Gradient: that of the kept weights.
 */
export function withCapacity(router: Router, options: WithCapacityOptions): Router {
  assertMembers('withCapacity', options, known);
  assertCapacity(options);
  assertWord('priority of withCapacity', options.priority ?? 'rank-then-arrival', priorities);
  return wrapRouter(router, (x, context) => {
    const routing = router.route(x, context);
    const capacity = stepCapacity(routing.logits, options, context, options);
    return capacity === null ? routing : limited(routing, capacity, options.priority);
  });
}

function limited(routing: Routing, capacity: number, priority?: CapacityPriority): Routing {
  const { dispatchMask: wanted, logits, combineWeights, maxPairs = Infinity } = routing;
  const room = Math.min(routing.capacity ?? Infinity, capacity);
  const dispatchMask = withinCapacity(wanted, logits, capacity, priority);
  return {
    ...routing,
    combineWeights: mul(combineWeights, dispatchMask),
    dispatchMask,
    selectionMask: routing.selectionMask ?? wanted,
    maxPairs: Math.min(maxPairs, room * logits.shape[1]),
    capacity: room,
  };
}

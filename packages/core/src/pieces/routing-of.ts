import type { Tensor2D } from '@tensorflow/tfjs-core';
import { mul } from '@tensorflow/tfjs-core';

import { assertRows, assertTensor } from '../arguments/assert-arguments.js';
import { assertKinds } from '../arguments/assert-kinds.js';
import type { Routing } from '../contract/routing.js';

/** The parts of a decision, under the names that a router has for them. */
export interface Decision extends Pick<
  Routing,
  'logits' | 'probs' | 'losses' | 'statistics' | 'zeroCompute'
> {
  /** The most experts that a token chooses. */
  readonly choices: number;
  /** float32 [T,E], differentiable, before the mask. */
  readonly weights: Tensor2D;
  /** float32 [T,E] of 0/1: what was wanted, padding excluded. */
  readonly selected: Tensor2D;
  /** float32 [T,E] of 0/1: what there was room for; the same tensor as `selected` where nothing could be dropped. */
  readonly dispatched: Tensor2D;
  /** Rows that each expert has room for; null or absent without capacity. */
  readonly capacity?: number | null;
}

/** Masks the weights by what is dispatched and gives the parts the names of the contract. */
export function routingOf(decision: Decision): Routing {
  assertKinds('routingOf', decision, { losses: 'list', choices: 'number' });
  const { choices, weights, selected, dispatched, capacity, ...rest } = decision;
  assertRows('dispatched of routingOf', dispatched);
  assertTensor('weights of routingOf', weights, dispatched.shape);
  const combineWeights: Tensor2D = mul(weights, dispatched);
  const dropping = {
    ...(selected !== dispatched && { selectionMask: selected }),
    ...(typeof capacity === 'number' && { capacity }),
  };
  const maxPairs = dispatched.shape[0] * choices;
  return { combineWeights, dispatchMask: dispatched, maxPairs, ...dropping, ...rest };
}
